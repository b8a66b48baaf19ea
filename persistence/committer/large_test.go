package committer_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"partyline/persistence"
	"partyline/persistence/committer"
)

// queueing is a committer with a way to add appends and a list of their errors.
type queueing struct {
	*committer.Committer
	told []string
}

func (q *queueing) add(name, stream string, expected persistence.Seq, size int) {
	record := make([]byte, size)
	record[0] = '0' + byte(expected+1)
	q.Append(persistence.Append{Stream: stream, Expected: expected, Records: [][]byte{record}, Done: func(o persistence.Outcome) {
		switch {
		case errors.Is(o.Err, persistence.ErrConflict):
			name += ":conflict"
		case errors.Is(o.Err, persistence.ErrUnavailable):
			name += ":unavailable"
		case o.Err != nil:
			name += ":" + o.Err.Error()
		}
		q.told = append(q.told, name)
	}})
}

const big = persistence.MaxAppendBytes + 1

// TestNoAppendWaitsForMoreThanOnePart has others write while the parts of two large
// records are written.
func TestNoAppendWaitsForMoreThanOnePart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, q := &notebook{parts: 3}, &queueing{}
		staged := 0
		n.stage = func(part int) {
			if staged++; staged > 3 {
				return
			}
			at := persistence.Seq(part)
			q.add("other", "b", at, 1)
			q.add("behind", "a", 1+at, 1)
		}
		held := make(chan struct{})
		q.Committer = start(t, committer.Options{Store: n, Faults: committer.Faults{BeforePart: func(int) error {
			<-held
			return nil
		}}})
		q.add("large", "a", 0, big)
		synctest.Wait()
		q.add("waiting", "c", 0, 1)
		q.add("second large", "b2", 0, big)
		q.add("behind the second", "b2", 1, 1)
		close(held)
		synctest.Wait()
		want := []string{"a/part ", "c:1 b:1 ", "a/part ", "b:2 ", "a/part ", "b:3 ", "a:1 ", "b2/part ", "a:234 ", "b2/part ", "b2/part ", "b2:12 "}
		if !slices.Equal(n.batches, want) {
			t.Fatalf("%q, want %q", n.batches, want)
		}
		want = []string{"waiting", "other", "other", "other", "large", "behind", "behind", "behind", "second large", "behind the second"}
		if !slices.Equal(q.told, want) {
			t.Fatalf("told %q, want %q", q.told, want)
		}
	})
}

// TestFailedPartFailsTheRecord: the record and what its writer queued after it fail, and
// nothing else.
func TestFailedPartFailsTheRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sick, o := errors.New("sick"), &tallies{}
		n, q := &notebook{parts: 3}, &queueing{}
		n.stage = func(int) { q.add("other", "b", 0, 1) }
		failing := true
		q.Committer = start(t, committer.Options{Store: n, Observer: o, Faults: committer.Faults{BeforePart: func(part int) error {
			if part == 1 && failing {
				return sick
			}
			return nil
		}}})
		q.add("large", "a", 0, big)
		q.add("behind", "a", 1, 1)
		synctest.Wait()
		if want := []string{"other", "large:unavailable", "behind:conflict"}; !slices.Equal(q.told, want) {
			t.Fatalf("told %q, want %q", q.told, want)
		}
		if want := []string{"a/part ", "b:1 "}; !slices.Equal(n.batches, want) || len(o.failed) != 1 || !errors.Is(o.failed[0], sick) {
			t.Fatalf("%q with failures %v, want %q and one", n.batches, o.failed, want)
		}
		if err := q.Health(); !errors.Is(err, persistence.ErrUnavailable) {
			t.Fatalf("health %v after a failure", err)
		}
		failing, n.stage = false, nil
		q.add("again", "a", 0, big)
		synctest.Wait()
		if q.told[3] != "again" || q.Health() != nil || q.Head() != 2 {
			t.Fatalf("told %q, health %v, head %d", q.told, q.Health(), q.Head())
		}
	})
}

// TestLargeRecordOfAStaleWriterWritesNoParts: it would be written in vain.
func TestLargeRecordOfAStaleWriterWritesNoParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, q := &notebook{parts: 3}, &queueing{}
		q.Committer = start(t, committer.Options{Store: n})
		q.add("out of place", "a", 5, big)
		q.add("too large", "a", 0, persistence.MaxRecordBytes+1)
		q.add("small", "a", 0, 1)
		synctest.Wait()
		if want := []string{"a:1 "}; !slices.Equal(n.batches, want) {
			t.Fatalf("%q, want %q", n.batches, want)
		}
		if len(q.told) != 3 || q.told[0] != "out of place:conflict" || q.told[1] == "too large" || q.told[2] != "small" {
			t.Fatalf("told %q", q.told)
		}
	})
}

// TestRecordWithoutItsPartsIsNotCommitted: the disk is full when the parts are to be
// written, and has room again when the batch is.
func TestRecordWithoutItsPartsIsNotCommitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, q := &notebook{parts: 1}, &queueing{}
		n.readies = []error{errors.New("full")}
		q.Committer = start(t, committer.Options{Store: n})
		q.add("large", "a", 0, big)
		synctest.Wait()
		if want := []string{"large:unavailable"}; !slices.Equal(q.told, want) || len(n.batches) > 0 {
			t.Fatalf("told %q, written %q", q.told, n.batches)
		}
	})
}
