package committer_test

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"partyline/persistence"
	"partyline/persistence/committer"
)

// TestHangingStoreIsUnhealthy holds a commit for ten minutes, while more is queued.
func TestHangingStoreIsUnhealthy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		held := make(chan struct{})
		var log lines
		q := &queueing{}
		q.Committer = start(t, committer.Options{Store: &notebook{}, Log: zerolog.New(&log), Faults: committer.Faults{BeforeCommit: func(int) error {
			<-held
			return nil
		}}})
		if w := q.Waiting(); w != 0 {
			t.Fatalf("%s waited with nothing to do", w)
		}
		q.add("first", "a", 0, 1)
		time.Sleep(persistence.StalledAfter - time.Millisecond)
		q.add("second", "b", 0, 1)
		if err := q.Health(); err != nil {
			t.Fatalf("health %v of a slow disk", err)
		}
		for _, more := range []time.Duration{time.Millisecond, 10 * time.Minute} {
			time.Sleep(more)
			synctest.Wait()
			if err := q.Health(); !errors.Is(err, persistence.ErrUnavailable) {
				t.Fatalf("health %v after %s", err, q.Waiting())
			}
		}
		if w := q.Waiting(); w < 10*time.Minute || w > 10*time.Minute+persistence.StalledAfter+time.Second {
			t.Fatalf("%s waited, want ten minutes", w)
		}
		if n := log.count("does not answer"); n != 1 {
			t.Fatalf("told %d times", n)
		}
		close(held)
		synctest.Wait()
		if err := q.Health(); err != nil || q.Waiting() != 0 || len(q.told) != 2 || log.count("answers again") != 1 {
			t.Fatalf("health %v, %s waited, told %q, when the disk answers again", err, q.Waiting(), q.told)
		}
	})
}

// TestLargeRecordInProgressIsNoStall: it takes a slow disk longer than anything
// else, and nobody but its writer waits for it.
func TestLargeRecordInProgressIsNoStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, q := &notebook{parts: 60}, &queueing{}
		n.stage = func(int) { time.Sleep(time.Second) }
		q.Committer = start(t, committer.Options{Store: n})
		q.add("large", "a", 0, big)
		for range 59 {
			time.Sleep(time.Second)
			if err := q.Health(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// hanging is a store that does not even say whether it is ready.
type hanging struct {
	notebook
	hangs chan struct{}
}

func (h *hanging) Ready() error {
	<-h.hangs
	return nil
}

// TestHealthDoesNotCallAHangingStore: whoever asks must have an answer.
func TestHealthDoesNotCallAHangingStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, q := &hanging{hangs: make(chan struct{})}, &queueing{}
		q.Committer = start(t, committer.Options{Store: s})
		q.add("first", "a", 0, 1)
		time.Sleep(persistence.StalledAfter)
		if err := q.Health(); !errors.Is(err, persistence.ErrUnavailable) {
			t.Errorf("health %v", err)
		}
		close(s.hangs)
		synctest.Wait()
		if err := q.Health(); err != nil {
			t.Errorf("health %v when it answers again", err)
		}
	})
}

// lines is a log that counts.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), what)
}
