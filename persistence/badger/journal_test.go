package badger_test

import (
	"testing"
	"testing/synctest"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// TestCloseWaitsForReads: Badger's memory maps must not go away under an iterator.
func TestCloseWaitsForReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := open(t, badger.Options{Dir: t.TempDir(), TailBytes: 1})
		write(t, j, "a", 0, 3)
		closed := false
		done := make(chan struct{})
		for range j.ReadAll(t.Context(), 0) {
			go func() {
				defer close(done)
				if err := j.Close(); err != nil {
					t.Error(err)
				}
				closed = true
			}()
			synctest.Wait()
			if closed {
				t.Error("closed in the middle of a read")
			}
			break
		}
		<-done
	})
}

// TestLargeGroupsAreSplit: a cursor reads a chunk for one record, so chunks are small.
func TestLargeGroupsAreSplit(t *testing.T) {
	for _, c := range []struct{ records, size, chunks int }{
		{12, 10 << 10, 2},
		{13, 10 << 10, 3},
		{4, 64 << 10, 4},
		{64, 1 << 10, 1},
		{65, 1 << 10, 2},
		{2, 200 << 10, 2},
	} {
		j := open(t, badger.Options{Dir: t.TempDir()})
		records := make([][]byte, c.records)
		for i := range records {
			records[i] = make([]byte, c.size)
		}
		if o := outcome(t, send(j, persistence.Append{Stream: "a", Records: records})); o.Err != nil {
			t.Fatal(o.Err)
		}
		if s := verified(t, j); s.Chunks != c.chunks || s.Commits != 1 || s.Records != c.records {
			t.Errorf("%d records of %d bytes: %+v, want %d chunks in one commit", c.records, c.size, s, c.chunks)
		}
	}
}

// TestASlowReaderOfTheTailGoesOnFromDisk lets the tail move on between two records.
func TestASlowReaderOfTheTailGoesOnFromDisk(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir(), TailBytes: 20_000})
	last := write(t, j, "a", 0, 2).Last
	last = write(t, j, "a", last, 2).Last
	last = write(t, j, "a", last, 2).Last
	read := j.ReadAll(t.Context(), 0)
	n := 0
	for r, err := range read {
		if err != nil {
			t.Fatal(err)
		}
		if n++; int(r.Position) != n || string(r.Data) != payload("a", r.Seq) {
			t.Fatalf("record %d: %+v", n, r)
		}
		if n == 1 {
			for range 100 {
				last = write(t, j, "a", last, 3).Last
			}
		}
	}
	if n != 6 {
		t.Fatalf("%d records, want the 6 as of the call", n)
	}
}
