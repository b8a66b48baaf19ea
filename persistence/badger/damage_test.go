package badger_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger"
)

func damage(t *testing.T, j *badger.Journal, f func(*badgerdb.Txn) error) {
	t.Helper()
	if err := j.Damage(f); err != nil {
		t.Fatal(err)
	}
}

func remove(key []byte) func(*badgerdb.Txn) error {
	return func(txn *badgerdb.Txn) error {
		if _, err := txn.Get(key); err != nil {
			return err
		}
		return txn.Delete(key)
	}
}

// flip changes one bit in the middle of a value.
func flip(key []byte) func(*badgerdb.Txn) error {
	return func(txn *badgerdb.Txn) error {
		item, err := txn.Get(key)
		if err != nil {
			return err
		}
		value, err := item.ValueCopy(nil)
		if err != nil {
			return err
		}
		value[len(value)/2] ^= 1
		return txn.Set(key, value)
	}
}

// move puts a whole, well-sealed value under another key.
func move(from, to []byte) func(*badgerdb.Txn) error {
	return func(txn *badgerdb.Txn) error {
		item, err := txn.Get(from)
		if err != nil {
			return err
		}
		value, err := item.ValueCopy(nil)
		if err != nil {
			return err
		}
		return txn.Set(to, value)
	}
}

// forge replaces the index entry at position 5, which names three records of a from
// 3, with one whose time is earlier by back.
func forge(back time.Duration, seq persistence.Seq, count int) func(*badgerdb.Txn) error {
	return func(txn *badgerdb.Txn) error {
		item, err := txn.Get(badger.IndexKey(5))
		if err != nil {
			return err
		}
		value, err := item.ValueCopy(nil)
		if err != nil {
			return err
		}
		// The time stands behind the version byte.
		at := time.UnixMilli(int64(binary.BigEndian.Uint64(value[1:])))
		return txn.Set(badger.ForgedCommit(5, at.Add(-back), "a", seq, count))
	}
}

// damaged is a journal whose stream a has chunks at 1, 3, 6 and 10 (positions 1, 5, 8
// and 12), b one at 1 (position 3); nothing is in the tail.
func damaged(t *testing.T, how func(*badgerdb.Txn) error) *badger.Journal {
	t.Helper()
	j := open(t, badger.Options{Dir: t.TempDir(), TailBytes: 1})
	write(t, j, "a", 0, 2)
	write(t, j, "b", 0, 2)
	write(t, j, "a", 2, 3)
	write(t, j, "a", 5, 4)
	write(t, j, "a", 9, 1)
	for i := range 2 {
		s := persistence.Snapshot{Stream: "a", Seq: 5, Data: bytes.Repeat([]byte{byte(i)}, 600<<10)}
		if err := j.SaveSnapshot(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	o := outcome(t, send(j, persistence.Append{Stream: "a", Expected: 10, Memo: &persistence.Memo{Key: "k", Value: []byte("memo"), TTL: time.Hour}}))
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	damage(t, j, how)
	return j
}

// TestVerifyNamesEveryFault damages one thing at a time.
func TestVerifyNamesEveryFault(t *testing.T) {
	for name, c := range map[string]struct {
		how  func(*badgerdb.Txn) error
		want badger.Fault
	}{
		"chunk lost":           {remove(badger.ChunkKey("a", 3)), badger.Fault{Stream: "a", Seq: 3, Position: 5, Reason: "missing"}},
		"chunk lost, stream":   {remove(badger.ChunkKey("a", 3)), badger.Fault{Stream: "a", Seq: 3, Reason: "begins at record 6"}},
		"first chunk lost":     {remove(badger.ChunkKey("a", 1)), badger.Fault{Stream: "a", Seq: 1, Position: 1, Reason: "missing"}},
		"last chunk lost":      {remove(badger.ChunkKey("a", 10)), badger.Fault{Stream: "a", Seq: 10, Position: 12, Reason: "missing"}},
		"chunk flipped":        {flip(badger.ChunkKey("a", 6)), badger.Fault{Stream: "a", Seq: 6, Position: 8, Reason: "checksum"}},
		"chunk elsewhere":      {move(badger.ChunkKey("a", 6), badger.ChunkKey("a", 10)), badger.Fault{Stream: "a", Seq: 10, Position: 12, Reason: "checksum"}},
		"orphan":               {remove(badger.IndexKey(12)), badger.Fault{Stream: "a", Seq: 10, Position: 12, Reason: "not in the index"}},
		"index entry lost":     {remove(badger.IndexKey(3)), badger.Fault{Position: 3, Reason: "begins at position 5"}},
		"last index entry":     {remove(badger.IndexKey(12)), badger.Fault{Position: 12, Reason: "ends before the head 12"}},
		"index entry flipped":  {flip(badger.IndexKey(5)), badger.Fault{Position: 5, Reason: "checksum"}},
		"memo flipped":         {flip(badger.MemoKey("k")), badger.Fault{Reason: "memo"}},
		"manifest flipped":     {flip(badger.ManifestKey("a")), badger.Fault{Stream: "a", Reason: "snapshot"}},
		"part flipped":         {flip(badger.PartKey("a", 2, 1)), badger.Fault{Stream: "a", Seq: 5, Reason: "snapshot"}},
		"part lost":            {remove(badger.PartKey("a", 2, 2)), badger.Fault{Stream: "a", Seq: 5, Reason: "part 2 is missing"}},
		"index counts wrong":   {forge(0, 3, 2), badger.Fault{Stream: "a", Seq: 3, Position: 5, Reason: "not where the index has it"}},
		"index names another":  {forge(0, 6, 4), badger.Fault{Stream: "a", Seq: 6, Position: 5, Reason: "not where the index has it"}},
		"time goes back":       {forge(time.Hour, 3, 3), badger.Fault{Position: 5, Reason: "before the one before it"}},
		"stream without a key": {move(badger.ChunkKey("b", 1), badger.ChunkKey("c", 1)), badger.Fault{Stream: "c", Seq: 1, Reason: "checksum"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := damaged(t, c.how)
			var faults []badger.Fault
			sum, err := j.Verify(t.Context(), func(f badger.Fault) { faults = append(faults, f) })
			if !errors.Is(err, persistence.ErrCorrupt) || sum.Faults != len(faults) {
				t.Fatalf("%v with %d faults, %d reported", err, sum.Faults, len(faults))
			}
			for _, f := range faults {
				if f.Stream == c.want.Stream && f.Seq == c.want.Seq && f.Position == c.want.Position && strings.Contains(f.Reason, c.want.Reason) {
					return
				}
			}
			t.Fatalf("no fault like %+v in %+v", c.want, faults)
		})
	}
}

func TestVerifyOfAWholeJournal(t *testing.T) {
	j := damaged(t, func(*badgerdb.Txn) error { return nil })
	got := verified(t, j)
	want := badger.Summary{Head: 12, Commits: 5, Chunks: 5, Records: 12, Streams: 2, Memos: 1, Snapshots: 1, Bytes: got.Bytes}
	if got != want || got.Bytes == 0 {
		t.Fatalf("%+v, want %+v", got, want)
	}
}

func TestVerifySeesASnapshotAheadOfItsStream(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir()})
	write(t, j, "a", 0, 2)
	for _, s := range []persistence.Snapshot{{Stream: "a", Seq: 3}, {Stream: "projection", Seq: 99}} {
		if err := j.SaveSnapshot(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	var faults []badger.Fault
	if _, err := j.Verify(t.Context(), func(f badger.Fault) { faults = append(faults, f) }); err == nil || len(faults) != 1 || faults[0].Seq != 3 {
		t.Fatalf("%v, %+v; want one fault at record 3 of a", err, faults)
	}
}

func TestVerifyOfAFolder(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	fill(t, j, 30)
	if _, err := badger.Verify(t.Context(), badger.Options{Dir: dir}, nil); !errors.Is(err, badger.ErrLocked) {
		t.Fatalf("%v while the folder is in use, want locked", err)
	}
	head := j.Head()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err := badger.Verify(t.Context(), badger.Options{Dir: dir}, nil); err != nil || s.Head != head || s.Records != int(head) {
		t.Fatalf("%+v, %v; want %d records", s, err, head)
	}
}

// TestReadsNeverSkipDamage: a read of what is damaged ends with ErrCorrupt after
// right records, it does not end early or yield something else.
func TestReadsNeverSkipDamage(t *testing.T) {
	for name, how := range map[string]func(*badgerdb.Txn) error{
		"lost":      remove(badger.ChunkKey("a", 3)),
		"flipped":   flip(badger.ChunkKey("a", 3)),
		"elsewhere": move(badger.ChunkKey("a", 6), badger.ChunkKey("a", 3)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := damaged(t, how)
			for what, read := range map[string]struct {
				records func(func(persistence.Record, error) bool)
				before  int
			}{
				"read":            {j.Read(t.Context(), "a", 0), 2},
				"read from 4":     {j.Read(t.Context(), "a", 3), 0},
				"back":            {j.ReadBack(t.Context(), "a", 0), 5},
				"back from 5":     {j.ReadBack(t.Context(), "a", 6), 0},
				"back from 4":     {j.ReadBack(t.Context(), "a", 5), 0},
				"all":             {j.ReadAll(t.Context(), 0), 4},
				"all from 6":      {j.ReadAll(t.Context(), 5), 0},
				"untouched, from": {j.Read(t.Context(), "a", 5), -5},
			} {
				n, last := 0, error(nil)
				for r, err := range read.records {
					if last = err; err != nil {
						break
					}
					if string(r.Data) != payload(r.Stream, r.Seq) {
						t.Errorf("%s: %s record %d holds %q", what, r.Stream, r.Seq, r.Data)
					}
					n++
				}
				if read.before < 0 {
					if last != nil || n != -read.before {
						t.Errorf("%s: %d records, then %v; want %d", what, n, last, -read.before)
					}
					continue
				}
				if !errors.Is(last, persistence.ErrCorrupt) || n != read.before {
					t.Errorf("%s: %d records, then %v; want %d, then corrupt", what, n, last, read.before)
				}
			}
		})
	}
}

func TestLostIndexEntryIsCorrupt(t *testing.T) {
	for _, lost := range []persistence.Position{1, 3, 5} {
		j := damaged(t, remove(badger.IndexKey(lost)))
		var last error
		n := 0
		for _, err := range j.ReadAll(t.Context(), 0) {
			if last = err; err == nil {
				n++
			}
		}
		if !errors.Is(last, persistence.ErrCorrupt) || n != int(lost)-1 {
			t.Errorf("without the entry at %d: %d records, then %v", lost, n, last)
		}
	}
}

func TestIndexNamingTheWrongChunkIsCorrupt(t *testing.T) {
	for _, how := range []func(*badgerdb.Txn) error{forge(0, 3, 2), forge(0, 6, 4), forge(0, 77, 3)} {
		var last error
		n := 0
		for _, err := range damaged(t, how).ReadAll(t.Context(), 0) {
			if last = err; err == nil {
				n++
			}
		}
		if !errors.Is(last, persistence.ErrCorrupt) || n != 4 {
			t.Errorf("%d records, then %v; want 4, then corrupt", n, last)
		}
	}
}

func TestDamagedSnapshotIsCorruptAndCanBeReplaced(t *testing.T) {
	for name, how := range map[string]func(*badgerdb.Txn) error{
		"manifest flipped": flip(badger.ManifestKey("a")),
		"part flipped":     flip(badger.PartKey("a", 2, 0)),
		"part lost":        remove(badger.PartKey("a", 2, 1)),
		"parts swapped":    move(badger.PartKey("a", 2, 2), badger.PartKey("a", 2, 1)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := damaged(t, how)
			if _, ok, err := j.LoadSnapshot(t.Context(), "a"); ok || !errors.Is(err, persistence.ErrCorrupt) {
				t.Fatalf("%v, %v; want corrupt", ok, err)
			}
			s := persistence.Snapshot{Stream: "a", Seq: 10, Data: []byte("new")}
			if err := j.SaveSnapshot(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			if got, ok, err := j.LoadSnapshot(t.Context(), "a"); !ok || err != nil || string(got.Data) != "new" {
				t.Fatalf("%v, %v, %q", ok, err, got.Data)
			}
			verified(t, j)
		})
	}
}

func TestDamagedMemoIsCorrupt(t *testing.T) {
	j := damaged(t, flip(badger.MemoKey("k")))
	if _, ok, err := j.Memo(t.Context(), "k"); ok || !errors.Is(err, persistence.ErrCorrupt) {
		t.Fatalf("%v, %v; want corrupt", ok, err)
	}
}

// TestPartsOfAnInterruptedSaveAreDeleted leaves parts of a generation that never became a
// snapshot, as a kill in the middle of a save does.
func TestPartsOfAnInterruptedSaveAreDeleted(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir()})
	for seq := range persistence.Seq(2) {
		damage(t, j, func(txn *badgerdb.Txn) error {
			for part := range 3 {
				if err := txn.Set(badger.PartKey("a", uint64(seq)*2+7, part), []byte("half")); err != nil {
					return err
				}
			}
			return nil
		})
		s := persistence.Snapshot{Stream: "a", Seq: seq, Data: fmt.Append(nil, "whole ", seq)}
		if err := j.SaveSnapshot(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if got, ok, err := j.LoadSnapshot(t.Context(), "a"); !ok || err != nil || !bytes.Equal(got.Data, s.Data) {
			t.Fatalf("%v, %v, %q", ok, err, got.Data)
		}
		damage(t, j, func(txn *badgerdb.Txn) error {
			if _, err := txn.Get(badger.PartKey("a", uint64(seq)*2+7, 0)); !errors.Is(err, badgerdb.ErrKeyNotFound) {
				t.Errorf("the cut-off part is still there: %v", err)
			}
			return nil
		})
	}
}
