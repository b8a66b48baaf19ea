package runtime

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// awakeLimit is how many workers run mailboxes while none is stuck.
func awakeLimit() int { return workersPerProcessor * runtime.GOMAXPROCS(0) }

func TestDispatcherRunsAllThatIsScheduled(t *testing.T) {
	d := newDispatcher()
	defer d.stop()
	var left sync.WaitGroup
	left.Add(64 * 100)
	for range 64 {
		go func() {
			for range 100 {
				d.Schedule(left.Done)
			}
		}()
	}
	left.Wait()
}

// TestDispatcherRelievesStuckWorkers: mailboxes that wait for a disk do not keep others from
// running for long, however many there are.
func TestDispatcherRelievesStuckWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDispatcher()
		disk := make(chan struct{})
		stuck := 3 * awakeLimit()
		for range stuck {
			d.Schedule(func() { <-disk })
		}
		ran := make(chan struct{})
		begun := time.Now()
		d.Schedule(func() { close(ran) })
		<-ran
		if took, most := time.Since(begun), time.Duration(stuck)*2*stuckAfter; took > most {
			t.Errorf("took %v, want at most %v", took, most)
		}
		close(disk)
		synctest.Wait()
		if d.awake != 0 || d.ready.Len() != 0 {
			t.Errorf("%d workers are awake, %d mailboxes wait", d.awake, d.ready.Len())
		}
		d.stop()
	})
}

// TestDispatcherNeedsNoMoreWorkersWhileNoneIsStuck: what waits is run by those that are awake.
func TestDispatcherNeedsNoMoreWorkersWhileNoneIsStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDispatcher()
		for range 100 * awakeLimit() {
			d.Schedule(func() { time.Sleep(stuckAfter / 4) })
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := len(d.parked); n == 0 || n > awakeLimit() {
			t.Errorf("%d workers, want at most %d", n, awakeLimit())
		}
		for len(d.parked) > 0 {
			n := len(d.parked)
			if d.trim(); len(d.parked) != n-1 {
				t.Fatalf("%d workers left of %d", len(d.parked), n)
			}
		}
		d.stop()
	})
}

// TestBusyMailboxLetsOthersRun: an actor that is sent messages faster than it handles them does
// not keep a worker for itself.
func TestBusyMailboxLetsOthersRun(t *testing.T) {
	d := newDispatcher()
	defer d.stop()
	busy := make([]*mailbox, 2*awakeLimit())
	done := make(chan struct{})
	for i := range busy {
		m := newTestMailbox(nil, d)
		m.invoker = &again{m: m, done: done}
		busy[i] = m
		m.PostUserMessage(Tick{})
	}
	ran := make(chan struct{})
	d.Schedule(func() { close(ran) })
	<-ran
	close(done)
}

// again is an invoker that posts each message again until it is done.
type again struct {
	recorder
	m    *mailbox
	done chan struct{}
}

func (a *again) InvokeUserMessage(message any) {
	select {
	case <-a.done:
	default:
		a.m.PostUserMessage(message)
	}
}
