package badger_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger"
)

func trim(t testing.TB, j *badger.Journal, stream string, through persistence.Seq) {
	t.Helper()
	if err := j.Trim(t.Context(), stream, through); err != nil {
		t.Fatal(err)
	}
}

func none(*badgerdb.Txn) error { return nil }

func TestTrimmedJournalVerifies(t *testing.T) {
	for through, want := range map[persistence.Seq]badger.Summary{
		1:  {Chunks: 5, Records: 12},
		2:  {Chunks: 4, Records: 10},
		6:  {Chunks: 3, Records: 7},
		10: {Chunks: 1, Records: 2},
	} {
		j := damaged(t, none)
		trim(t, j, "a", through)
		got := verified(t, j)
		want.Head, want.Commits, want.Streams, want.Memos, want.Snapshots, want.Trimmed, want.Bytes = 12, 5, 2, 1, 1, 1, got.Bytes
		if got != want {
			t.Errorf("trimmed to %d: %+v, want %+v", through, got, want)
		}
	}
}

// TestVerifyNamesFaultsAfterATrim: a trim mark excuses what is before it, no more.
func TestVerifyNamesFaultsAfterATrim(t *testing.T) {
	for name, c := range map[string]struct {
		through persistence.Seq
		how     func(*badgerdb.Txn) error
		want    badger.Fault
	}{
		"mark in the lost chunk": {4, remove(badger.ChunkKey("a", 3)), badger.Fault{Stream: "a", Seq: 3, Position: 5, Reason: "missing"}},
		"first chunk after it":   {2, remove(badger.ChunkKey("a", 3)), badger.Fault{Stream: "a", Seq: 3, Position: 5, Reason: "missing"}},
		"the stream's gap":       {2, remove(badger.ChunkKey("a", 3)), badger.Fault{Stream: "a", Seq: 1, Reason: "begins at record 6"}},
		"a later gap":            {2, remove(badger.ChunkKey("a", 6)), badger.Fault{Stream: "a", Seq: 6, Reason: "begins at record 10"}},
		"chunk with the mark":    {4, flip(badger.ChunkKey("a", 3)), badger.Fault{Stream: "a", Seq: 3, Position: 5, Reason: "checksum"}},
		"last chunk":             {5, remove(badger.ChunkKey("a", 10)), badger.Fault{Stream: "a", Seq: 10, Position: 12, Reason: "missing"}},
		"another stream":         {5, remove(badger.ChunkKey("b", 1)), badger.Fault{Stream: "b", Seq: 1, Position: 3, Reason: "missing"}},
		"the mark":               {5, flip(badger.TrimMarkKey("a")), badger.Fault{Stream: "a", Reason: "trim mark"}},
		"no mark":                {5, remove(badger.TrimMarkKey("a")), badger.Fault{Stream: "a", Seq: 3, Position: 5, Reason: "missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := damaged(t, none)
			trim(t, j, "a", c.through)
			damage(t, j, c.how)
			var faults []badger.Fault
			if _, err := j.Verify(t.Context(), func(f badger.Fault) { faults = append(faults, f) }); !errors.Is(err, persistence.ErrCorrupt) {
				t.Fatalf("%v, want corrupt", err)
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

func TestReadsAfterATrimNeverSkipDamage(t *testing.T) {
	for _, how := range []func(*badgerdb.Txn) error{remove(badger.ChunkKey("a", 6)), flip(badger.ChunkKey("a", 6))} {
		j := damaged(t, none)
		trim(t, j, "a", 4)
		damage(t, j, how)
		for name, c := range map[string]struct {
			records func(func(persistence.Record, error) bool)
			before  int
		}{
			"read":         {j.Read(t.Context(), "a", 0), 1},
			"read from 5":  {j.Read(t.Context(), "a", 5), 0},
			"back":         {j.ReadBack(t.Context(), "a", 0), 1},
			"back from 10": {j.ReadBack(t.Context(), "a", 10), 0},
			"all":          {j.ReadAll(t.Context(), 0), 3},
		} {
			n, last := 0, error(nil)
			for _, err := range c.records {
				if last = err; err == nil {
					n++
				}
			}
			if n != c.before || !errors.Is(last, persistence.ErrCorrupt) {
				t.Errorf("%s: %d records, then %v; want %d, then corrupt", name, n, last, c.before)
			}
		}
	}
}

// TestTrimOverADamagedKeyDeletesNothingElse: a key that has rotted to another place, here
// that of the chunk at 6, must not make the chunk before it look as if it ended in what is
// trimmed.
func TestTrimOverADamagedKeyDeletesNothingElse(t *testing.T) {
	for through, want := range map[persistence.Seq][]persistence.Seq{3: {4, 5}, 4: {5}} {
		j := damaged(t, move(badger.ChunkKey("a", 6), badger.ChunkKey("a", 4)))
		damage(t, j, remove(badger.ChunkKey("a", 6)))
		if err := j.Trim(t.Context(), "a", through); err != nil && !errors.Is(err, persistence.ErrCorrupt) {
			t.Fatal(err)
		}
		var got []persistence.Seq
		for r, err := range j.ReadAll(t.Context(), 0) {
			if err != nil {
				break
			}
			if r.Stream == "a" {
				got = append(got, r.Seq)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("trimmed through %d: records %d of a are left before the damage, want %d", through, got, want)
		}
	}
}

// TestInterruptedTrimIsFinishedByTheNext has a mark on disk and all chunks still there,
// as a kill right after the mark leaves it.
func TestInterruptedTrimIsFinishedByTheNext(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir, TailBytes: 1})
	fill(t, j, 30)
	mark := persistence.Seq(20)
	damage(t, j, func(txn *badgerdb.Txn) error {
		return txn.Set(badger.TrimMarkKey("session/1"), badger.TrimMark("session/1", mark))
	})
	closeJournal(t, j)
	j = open(t, badger.Options{Dir: dir, TailBytes: 1})
	want := contents(t, j)
	before := verified(t, j)
	for r, err := range j.Read(t.Context(), "session/1", 0) {
		if err != nil || r.Seq != mark+1 {
			t.Fatalf("begins with %d (%v), want %d", r.Seq, err, mark+1)
		}
		break
	}
	trim(t, j, "session/1", 0)
	after := verified(t, j)
	if after.Chunks >= before.Chunks || after.Records >= before.Records {
		t.Fatalf("%d chunks with %d records, before %d with %d", after.Chunks, after.Records, before.Chunks, before.Records)
	}
	if got := contents(t, j); len(got) != len(want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
}

// TestTrimmedRecordsAreBlankedInASharedChunk: the kept last record of a stream may
// stand in one chunk with names that must go.
func TestTrimmedRecordsAreBlankedInASharedChunk(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir()})
	records := [][]byte{[]byte("the name of ann"), []byte("the name of bob"), []byte("deleted")}
	if o := outcome(t, send(j, persistence.Append{Stream: "a", Records: records})); o.Err != nil {
		t.Fatal(o.Err)
	}
	trim(t, j, "a", 2)
	damage(t, j, func(txn *badgerdb.Txn) error {
		item, err := txn.Get(badger.ChunkKey("a", 1))
		if err != nil {
			return err
		}
		return item.Value(func(value []byte) error {
			if bytes.Contains(value, []byte("name")) || !bytes.Contains(value, []byte("deleted")) {
				t.Errorf("the chunk holds %q", value)
			}
			return nil
		})
	})
	verified(t, j)
}

func TestTrimOfManyChunksTakesSeveralTransactions(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir()})
	const n = 2500
	var done []<-chan persistence.Outcome
	for i := range persistence.Seq(n) {
		done = append(done, send(j, persistence.Append{Stream: "a", Expected: i, Records: [][]byte{bytes.Repeat([]byte{byte(i)}, 40_000)}}))
	}
	for _, d := range done {
		outcome(t, d)
	}
	trim(t, j, "a", n-1)
	if s := verified(t, j); s.Chunks != 1 || s.Records != 1 {
		t.Fatalf("%+v, want one chunk", s)
	}
}

// TestTrimmingFreesDiskSpace writes and trims 80 MB that cannot be compressed.
func TestTrimmingFreesDiskSpace(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir, TailBytes: 1})
	noise := rand.NewChaCha8([32]byte{})
	last := persistence.Seq(0)
	for range 20 {
		var done []<-chan persistence.Outcome
		for range 40 {
			data := make([]byte, 100_000)
			noise.Read(data)
			done = append(done, send(j, persistence.Append{Stream: "a", Expected: last, Records: [][]byte{data}}))
			last++
		}
		for _, d := range done {
			if o := outcome(t, d); o.Err != nil {
				t.Fatal(o.Err)
			}
		}
		trim(t, j, "a", last)
	}
	verified(t, j)
	closeJournal(t, j)
	// Two tables' worth of what was written last may wait for a compaction.
	if size := folderSize(t, dir); size > 40<<20 {
		t.Fatalf("%d MiB on disk after all of %d MiB was trimmed", size>>20, 20*40*100_000>>20)
	}
}

func TestTrimmedJournalIsBackedUpAndRestored(t *testing.T) {
	j := damaged(t, none)
	write(t, j, "gone", 0, 3)
	trim(t, j, "gone", 3)
	trim(t, j, "a", 6)
	want := contents(t, j)
	var backup bytes.Buffer
	if err := j.Backup(t.Context(), &backup); err != nil {
		t.Fatal(err)
	}
	o := badger.Options{Dir: t.TempDir()}
	if err := badger.Restore(t.Context(), o, &backup); err != nil {
		t.Fatal(err)
	}
	restored := open(t, o)
	if got := contents(t, restored); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Fatalf("%q, want %q", got, want)
	}
	for stream, want := range map[string]persistence.Seq{"a": 10, "b": 2, "gone": 3} {
		if last, err := restored.Last(t.Context(), stream); err != nil || last != want {
			t.Errorf("%s ends at %d (%v), want %d", stream, last, err, want)
		}
	}
	damage(t, j, remove(badger.ChunkKey("a", 10)))
	if err := j.Backup(t.Context(), &bytes.Buffer{}); !errors.Is(err, persistence.ErrCorrupt) {
		t.Errorf("backup of what has lost a chunk: %v", err)
	}
}
