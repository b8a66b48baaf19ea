package memory_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"partyline/persistence"
	"partyline/persistence/memory"
)

func TestHoldDelaysACommitUntilRelease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := memory.New(memory.Options{})
		defer j.Close()
		var got *persistence.Outcome
		j.Hold()
		j.Append(persistence.Append{Stream: "a", Records: [][]byte{[]byte("x")}, Done: func(o persistence.Outcome) { got = &o }})
		synctest.Wait()
		if got != nil || j.Head() != 0 {
			t.Fatalf("committed while held: %v, head %d", got, j.Head())
		}
		j.Release()
		synctest.Wait()
		if got == nil || got.Err != nil || got.Last != 1 || got.Position != 1 {
			t.Fatalf("after release: %+v", got)
		}
	})
}

func TestFailNextFailsThatManyCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := memory.New(memory.Options{})
		defer j.Close()
		sick := errors.New("sick")
		j.FailNext(1, sick)
		if o := appendOne(j, 0); !errors.Is(o.Err, sick) || !errors.Is(o.Err, persistence.ErrUnavailable) {
			t.Fatalf("outcome %v, want the injected failure", o.Err)
		}
		if err := j.Health(); !errors.Is(err, sick) {
			t.Fatalf("health %v after a failed commit", err)
		}
		if o := appendOne(j, 0); o.Err != nil || o.Last != 1 {
			t.Fatalf("outcome after recovery: %+v", o)
		}
		if err := j.Health(); err != nil {
			t.Fatalf("health %v after a commit that worked", err)
		}
	})
}

func TestHealthForgetsAFailedCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := memory.New(memory.Options{})
		defer j.Close()
		j.FailNext(1, errors.New("sick"))
		appendOne(j, 0)
		time.Sleep(11 * time.Second)
		if err := j.Health(); err != nil {
			t.Fatalf("health %v long after the failure", err)
		}
	})
}

func TestRefuseFailsAppendsSnapshotsAndHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := memory.New(memory.Options{})
		defer j.Close()
		j.Refuse(errors.New("full"))
		for name, err := range map[string]error{
			"append":   appendOne(j, 0).Err,
			"snapshot": j.SaveSnapshot(context.Background(), persistence.Snapshot{Stream: "a"}),
			"health":   j.Health(),
		} {
			if !errors.Is(err, persistence.ErrUnavailable) {
				t.Errorf("%s: %v, want unavailable", name, err)
			}
		}
		j.Refuse(nil)
		if err := j.Health(); err != nil {
			t.Fatalf("health %v after recovery", err)
		}
		if o := appendOne(j, 0); o.Err != nil {
			t.Fatalf("append after recovery: %v", o.Err)
		}
	})
}

func appendOne(j *memory.Journal, expected persistence.Seq) persistence.Outcome {
	done := make(chan persistence.Outcome, 1)
	j.Append(persistence.Append{Stream: "a", Expected: expected, Records: [][]byte{[]byte("x")},
		Done: func(o persistence.Outcome) { done <- o }})
	return <-done
}
