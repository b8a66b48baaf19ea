package runtime

import (
	"runtime"
	"sync"
	"time"

	"partyline/actors/queue"
)

// dispatcher runs mailboxes on a few goroutines that stay for the next one. protoactor's own
// starts a new goroutine whenever a mailbox has something to do; at 100,000 votes a second a
// tenth of the processor went into growing their stacks again and again.
//
// More mailboxes than there are workers for wait in a queue: a commit wakes a hundred sessions
// at once, and a hundred goroutines would each be woken, run for a microsecond and be parked.
// A worker that waits for a disk is one too few, so while nothing leaves the queue there is
// one worker more per stuckAfter.
type dispatcher struct {
	mu      sync.Mutex
	ready   queue.FIFO[func()]
	parked  []*worker // the one parked last is woken first: its stack is still in the cache
	awake   int
	stopped bool
	// watch runs while mailboxes wait; left counts those that have left the queue, and seen is
	// left as watch last saw it.
	watch      *time.Timer
	watching   bool
	left, seen uint64
}

// worker is a goroutine that runs mailboxes; nil wakes it to end.
type worker struct{ work chan func() }

const (
	// throughput is how many messages one actor handles before other actors that wait for a
	// worker run.
	throughput = 300
	// throughputHere is the same on the goroutine of a sender, which has other things to do: its
	// own message, and a few that others sent meanwhile.
	throughputHere = 16
	// workersPerProcessor may be awake without any being stuck: more than one, because a session
	// that is loaded waits for the disk.
	workersPerProcessor = 2
	// stuckAfter is how long no mailbox leaves the queue before there is one worker more. It is
	// long against 300 messages, and short against a disk that hangs.
	stuckAfter = time.Millisecond
)

func newDispatcher() *dispatcher {
	d := &dispatcher{}
	d.watch = time.AfterFunc(time.Hour, d.relieve)
	d.watch.Stop()
	return d
}

// Schedule implements actor.Dispatcher.
func (d *dispatcher) Schedule(run func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.awake < workersPerProcessor*runtime.GOMAXPROCS(0) {
		d.start(run)
		return
	}
	d.ready.Push(run)
	if !d.watching {
		d.watching, d.seen = true, d.left
		d.watch.Reset(stuckAfter)
	}
}

// Throughput implements actor.Dispatcher.
func (d *dispatcher) Throughput() int { return throughput }

// start gives a mailbox to a worker that is parked, or to a new one. The lock is held.
func (d *dispatcher) start(run func()) {
	d.awake++
	if n := len(d.parked); n > 0 {
		w := d.parked[n-1]
		d.parked = d.parked[:n-1]
		w.work <- run // has room: a parked worker waits for it
		return
	}
	go d.run(&worker{make(chan func(), 1)}, run)
}

// run runs one mailbox and then every one that waits or is given to the worker later. The
// mailbox recovers panics and hands them to supervision.
func (d *dispatcher) run(w *worker, run func()) {
	for run != nil {
		run()
		if run = d.next(w); run == nil {
			run = <-w.work
		}
	}
}

// next takes the next mailbox from the queue. When none waits, the worker is parked, or ends
// because the dispatcher is stopped.
func (d *dispatcher) next(w *worker) (run func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ready.Len() > 0 {
		d.left++
		return d.ready.Pop()
	}
	d.awake--
	if d.stopped {
		w.work <- nil
		return nil
	}
	d.parked = append(d.parked, w)
	return nil
}

// relieve starts one worker more if no mailbox has left the queue since the last look.
func (d *dispatcher) relieve() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ready.Len() > 0 && d.left == d.seen {
		d.left++
		d.start(d.ready.Pop())
	}
	d.watching, d.seen = d.ready.Len() > 0, d.left
	if d.watching {
		d.watch.Reset(stuckAfter)
	}
}

// trim ends the worker that has been parked for longest. Called once a second, it removes
// those that a burst has left behind.
func (d *dispatcher) trim() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.parked) > 0 {
		d.parked[0].work <- nil
		d.parked = append(d.parked[:0], d.parked[1:]...)
	}
}

// stop ends all workers as soon as they are idle; Schedule still works.
func (d *dispatcher) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	for _, w := range d.parked {
		w.work <- nil
	}
	d.parked = nil
}
