package committer

import (
	"sync"
	"time"

	"partyline/persistence"
)

// maxIdleQueue is the largest queue, in appends, that is kept for reuse: a burst must not
// hold its memory for ever.
const maxIdleQueue = 1 << 16

// appendQueue holds the appends that the committer's goroutine has not taken yet.
type appendQueue struct {
	clock *stallDetector

	mu sync.Mutex
	// enough is signalled when as many appends wait as the goroutine waits for.
	enough  sync.Cond
	appends []persistence.Append
	// queuedAt is when the first of the appends was queued, by the clock.
	queuedAt int64
	closed   bool
	// The goroutine waits for so many appends, and once there is one, until the time. An
	// append that comes later ends the wait too; deadline ends it when none comes.
	want     int
	until    int64
	deadline *time.Timer
}

func newAppendQueue(clock *stallDetector) *appendQueue {
	q := &appendQueue{clock: clock, want: 1}
	q.enough.L = &q.mu
	q.deadline = time.AfterFunc(maxGather, q.endWait)
	q.deadline.Stop()
	return q
}

// add queues the append. It returns false when the queue is closed.
func (q *appendQueue) add(a persistence.Append) bool {
	queued, wake := q.push(a)
	if wake {
		q.enough.Signal()
	}
	return queued
}

func (q *appendQueue) push(a persistence.Append) (queued, wake bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false, false
	}
	if len(q.appends) == 0 {
		q.queuedAt = q.clock.now()
	}
	q.appends = append(q.appends, a)
	return true, q.ready()
}

// ready says whether what is queued is to be taken.
func (q *appendQueue) ready() bool {
	return len(q.appends) >= q.want || q.closed || len(q.appends) > 0 && q.clock.now() >= q.until
}

// takeAll waits until something is queued, and for as long as g plans for more, and takes
// all of it; done, which was taken before, is reused. It returns nothing when the queue is
// closed and empty.
func (q *appendQueue) takeAll(done []persistence.Append, g *gathering) (taken []persistence.Append, queuedAt int64) {
	if cap(done) > maxIdleQueue {
		done = nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.wait()
	q.want, q.until = g.plan(q.queuedAt)
	if !q.ready() {
		q.deadline.Reset(time.Duration(q.until - q.clock.now()))
		q.wait()
		q.deadline.Stop()
	}
	taken, q.appends, q.want = q.appends, done[:0], 1
	return taken, q.queuedAt
}

func (q *appendQueue) wait() {
	for !q.ready() {
		q.enough.Wait()
	}
}

// endWait ends a wait whose time has come. The lock makes it come before the goroutine looks
// at the clock, or after it waits.
func (q *appendQueue) endWait() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.enough.Signal()
}

// waiting is how many appends are queued.
func (q *appendQueue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.appends)
}

// drain takes what is queued without waiting for anything.
func (q *appendQueue) drain() []persistence.Append {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.appends
	q.appends = nil
	return taken
}

// close refuses all later appends. What is queued can still be taken.
func (q *appendQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.enough.Signal()
}

func (q *appendQueue) isClosed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}
