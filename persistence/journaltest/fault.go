package journaltest

import (
	"errors"
	"sync"
	"testing"

	"partyline/persistence"
	"partyline/persistence/committer"
)

// errDiskFault is the error that the fault tests inject.
var errDiskFault = errors.New("sick disk")

func runFaults(t *testing.T, open Open) {
	t.Run("a failed commit fails its appends and is over", func(t *testing.T) {
		t.Parallel()
		failedCommit(t, open)
	})
	t.Run("a commit of unknown outcome is found", func(t *testing.T) {
		t.Parallel()
		unknownOutcome(t, open)
	})
	t.Run("a large record that fails is not there", func(t *testing.T) {
		t.Parallel()
		failedParts(t, open)
	})
	t.Run("a large record of unknown outcome is found", func(t *testing.T) {
		t.Parallel()
		unknownLarge(t, open)
	})
	t.Run("a pipeline behind a failed commit conflicts", func(t *testing.T) {
		t.Parallel()
		failedPipeline(t, open)
	})
}

// failOn fails one commit.
func failOn(commit int) func(int) error {
	return func(n int) error {
		if n == commit {
			return errDiskFault
		}
		return nil
	}
}

func failedCommit(t *testing.T, open Open) {
	j := open(t, committer.Faults{BeforeCommit: failOn(3)}).Journal
	defer j.Close()
	Write(t, j, "a", 0, 2)
	Write(t, j, "b", 0, 1)
	o := Wait(t, Send(j, persistence.Append{Stream: "a", Expected: 2, Records: Payloads("a", 2, 2),
		Memo: &persistence.Memo{Key: "k", Value: []byte("v"), TTL: persistence.MinMemoTTL * 100}}))
	if !errors.Is(o.Err, persistence.ErrUnavailable) || !errors.Is(o.Err, errDiskFault) {
		t.Fatalf("%v, want unavailable because of the sick disk", o.Err)
	}
	if err := j.Health(); !errors.Is(err, persistence.ErrUnavailable) {
		t.Fatalf("health %v after a failed commit", err)
	}
	if j.Head() != 3 || lastOf(t, j, "a") != 2 {
		t.Fatalf("head %d, last %d: the failed commit left something", j.Head(), lastOf(t, j, "a"))
	}
	wantMemo(t, j, "k", "", false)
	if o := Write(t, j, "a", 2, 1); o.Last != 3 || o.Position != 4 {
		t.Fatalf("after the failure: %+v, want 3 at 4", o)
	}
	if err := j.Health(); err != nil {
		t.Fatalf("health %v after recovery", err)
	}
	checkGlobalOrder(t, j)
}

// unknownOutcome fails a commit that is on disk all the same. The writer must find it
// there, and no number may be given twice.
func unknownOutcome(t *testing.T, open Open) {
	j := open(t, committer.Faults{AfterCommit: failOn(2)}).Journal
	defer j.Close()
	var mu sync.Mutex
	var heads []persistence.Position
	defer j.Watch(func(head persistence.Position) {
		mu.Lock()
		defer mu.Unlock()
		heads = append(heads, head)
	})()
	Write(t, j, "a", 0, 2)
	o := Wait(t, Send(j, persistence.Append{Stream: "a", Expected: 2, Records: Payloads("a", 2, 3)}))
	if !errors.Is(o.Err, persistence.ErrUnavailable) {
		t.Fatalf("%v, want unavailable", o.Err)
	}
	if last := lastOf(t, j, "a"); last != 5 || j.Head() != 5 {
		t.Fatalf("last %d, head %d, want the 5 that are on disk", last, j.Head())
	}
	o = Wait(t, Send(j, persistence.Append{Stream: "a", Expected: 2, Records: Payloads("a", 2, 3)}))
	if !errors.Is(o.Err, persistence.ErrConflict) {
		t.Fatalf("the same append again: %v, want a conflict", o.Err)
	}
	if o := Write(t, j, "a", 5, 1); o.Position != 6 {
		t.Fatalf("next record at %d, want 6", o.Position)
	}
	checkGlobalOrder(t, j)
	j.Close()
	mu.Lock()
	defer mu.Unlock()
	if len(heads) != 3 || heads[1] != 5 {
		t.Fatalf("watchers heard %v, want 2 5 6", heads)
	}
}

// failedPipeline holds the failing commit until more is queued behind it.
func failedPipeline(t *testing.T, open Open) {
	reached, queued := make(chan struct{}), make(chan struct{})
	j := open(t, committer.Faults{BeforeCommit: func(n int) error {
		if n != 2 {
			return nil
		}
		close(reached)
		<-queued
		return errDiskFault
	}}).Journal
	defer j.Close()
	Write(t, j, "a", 0, 1)
	first := Send(j, persistence.Append{Stream: "a", Expected: 1, Records: Payloads("a", 1, 1)})
	<-reached
	second := Send(j, persistence.Append{Stream: "a", Expected: 2, Records: Payloads("a", 2, 1)})
	other := Send(j, persistence.Append{Stream: "b", Records: Payloads("b", 0, 1)})
	close(queued)
	if o := Wait(t, first); !errors.Is(o.Err, persistence.ErrUnavailable) {
		t.Errorf("in the failed commit: %v, want unavailable", o.Err)
	}
	if o := Wait(t, second); !errors.Is(o.Err, persistence.ErrConflict) {
		t.Errorf("queued behind it: %v, want a conflict", o.Err)
	}
	if o := Wait(t, other); o.Err != nil {
		t.Errorf("a neighbour: %v", o.Err)
	}
	Write(t, j, "a", 1, 1)
	checkGlobalOrder(t, j)
}
