package badger_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger"
	"partyline/persistence/committer"
)

// incompressible is a record of the size that no compression makes smaller.
func incompressible(size int) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // never fails
	return b
}

const threeParts = 600 << 10

// withLarge holds small records of a and, as its second, a large one of three parts.
func withLarge(t *testing.T, o badger.Options) *badger.Journal {
	t.Helper()
	j := open(t, o)
	write(t, j, "a", 0, 1)
	if out := outcome(t, send(j, persistence.Append{Stream: "a", Expected: 1, Records: [][]byte{incompressible(threeParts)}})); out.Err != nil {
		t.Fatal(out.Err)
	}
	write(t, j, "a", 2, 1)
	return j
}

// countParts counts the parts of large records on disk.
func countParts(t *testing.T, j *badger.Journal) (n int) {
	t.Helper()
	damage(t, j, func(txn *badgerdb.Txn) error {
		it := txn.NewIterator(badgerdb.IteratorOptions{Prefix: []byte("r/")})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			n++
		}
		return nil
	})
	return n
}

// TestPartsOfAnInterruptedRecordAreDeleted leaves parts of attempts that never became a
// record, before and after the one that did, as failures and kills do.
func TestPartsOfAnInterruptedRecordAreDeleted(t *testing.T) {
	dir := t.TempDir()
	j := withLarge(t, badger.Options{Dir: dir})
	damage(t, j, func(txn *badgerdb.Txn) error {
		for _, key := range [][]byte{
			badger.RecordPartKey("a", 1, 1, 0), badger.RecordPartKey("a", 2, 2, 0), badger.RecordPartKey("a", 2, 2, 1),
			badger.RecordPartKey("a", 4, 1, 0), badger.RecordPartKey("z", 1, 1, 0),
		} {
			if err := txn.Set(key, []byte("half")); err != nil {
				return err
			}
		}
		return nil
	})
	verified(t, j)
	closeJournal(t, j)
	j = open(t, badger.Options{Dir: dir})
	if n := countParts(t, j); n != 3 {
		t.Fatalf("%d parts after opening, want the 3 of the record", n)
	}
	verified(t, j)
}

// TestFailedAttemptIsNotOverwritten: its outcome may be unknown, so the next attempt
// writes parts of its own.
func TestFailedAttemptIsNotOverwritten(t *testing.T) {
	fails := 0
	j := open(t, badger.Options{Dir: t.TempDir(), Faults: committer.Faults{BeforeCommit: func(int) error {
		if fails++; fails < 3 {
			return errors.New("sick")
		}
		return nil
	}}})
	for attempt := range 3 {
		o := outcome(t, send(j, persistence.Append{Stream: "a", Records: [][]byte{incompressible(threeParts)}}))
		if n := countParts(t, j); (o.Err == nil) != (attempt == 2) || n != 3*(attempt+1) {
			t.Fatalf("attempt %d: %v, %d parts", attempt, o.Err, n)
		}
	}
	verified(t, j)
}

func TestTrimRemovesTheParts(t *testing.T) {
	j := withLarge(t, badger.Options{Dir: t.TempDir()})
	damage(t, j, func(txn *badgerdb.Txn) error { return txn.Set(badger.RecordPartKey("a", 2, 7, 0), []byte("half")) })
	damage(t, j, func(txn *badgerdb.Txn) error {
		return txn.Set(badger.RecordPartKey("a", 4, 1, 0), []byte("being staged"))
	})
	for through, want := range []int{5, 5, 1, 1} {
		trim(t, j, "a", persistence.Seq(through))
		if n := countParts(t, j); n != want {
			t.Errorf("trimmed to %d: %d parts, want %d", through, n, want)
		}
		verified(t, j)
	}
}

// TestDamagedPartIsFound by whoever reads, verifies or backs up.
func TestDamagedPartIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		how    func(*badgerdb.Txn) error
		reason string
	}{
		"flipped":        {flip(badger.RecordPartKey("a", 2, 1, 1)), "part 1"},
		"lost":           {remove(badger.RecordPartKey("a", 2, 1, 2)), "part 2: journal: corrupt: it is missing"},
		"swapped":        {move(badger.RecordPartKey("a", 2, 1, 0), badger.RecordPartKey("a", 2, 1, 1)), "checksum"},
		"the name of it": {flip(badger.ChunkKey("a", 2)), "checksum"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := withLarge(t, badger.Options{Dir: t.TempDir(), TailBytes: 1})
			damage(t, j, c.how)
			var faults []badger.Fault
			if _, err := j.Verify(t.Context(), func(f badger.Fault) { faults = append(faults, f) }); !errors.Is(err, persistence.ErrCorrupt) {
				t.Fatalf("verify: %v", err)
			}
			if f := faults[0]; f.Stream != "a" || f.Seq != 2 || f.Position != 2 || !strings.Contains(f.Reason, c.reason) {
				t.Errorf("%+v, want record 2 with %q", f, c.reason)
			}
			var lost *persistence.Damage
			for _, err := range j.ReadAll(t.Context(), 0) {
				errors.As(err, &lost)
			}
			if lost == nil || lost.First != 2 || lost.Last != 2 {
				t.Errorf("read all: %v", lost)
			}
			if err := j.Backup(t.Context(), io.Discard); (name == "lost" || name == "the name of it") && !errors.Is(err, persistence.ErrCorrupt) {
				t.Errorf("backup: %v", err)
			}
		})
	}
}

func TestBackupHoldsLargeRecords(t *testing.T) {
	j := withLarge(t, badger.Options{Dir: t.TempDir()})
	restored := restore(t, filepath.Join(t.TempDir(), "restored"), backup(t, j))
	if got, want := verified(t, restored), verified(t, j); got != want || got.Bytes < threeParts {
		t.Fatalf("restored %+v, want %+v", got, want)
	}
	for r, err := range restored.Read(t.Context(), "a", 1) {
		if err != nil || !bytes.Equal(r.Data, incompressible(threeParts)) {
			t.Fatalf("%d bytes, %v", len(r.Data), err)
		}
		break
	}
}
