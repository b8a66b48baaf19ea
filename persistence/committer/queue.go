package committer

import (
	"sync"

	"partyline/persistence"
)

// maxIdleQueue is the largest queue, in appends, that is kept for reuse: a burst must not
// hold its memory for ever.
const maxIdleQueue = 1 << 16

// appendQueue holds the appends that the committer's goroutine has not taken yet.
type appendQueue struct {
	clock *stallDetector

	mu       sync.Mutex
	nonEmpty sync.Cond
	appends  []persistence.Append
	// queuedAt is when the first of the appends was queued, by the clock.
	queuedAt int64
	closed   bool
}

func newAppendQueue(clock *stallDetector) *appendQueue {
	q := &appendQueue{clock: clock}
	q.nonEmpty.L = &q.mu
	return q
}

// add queues the append. It returns false when the queue is closed.
func (q *appendQueue) add(a persistence.Append) bool {
	if !q.push(a) {
		return false
	}
	q.nonEmpty.Signal()
	return true
}

func (q *appendQueue) push(a persistence.Append) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	if len(q.appends) == 0 {
		q.queuedAt = q.clock.now()
	}
	q.appends = append(q.appends, a)
	return true
}

// takeAll waits until something is queued and takes all of it; done, which was taken
// before, is reused. It returns nothing when the queue is closed and empty.
func (q *appendQueue) takeAll(done []persistence.Append) (taken []persistence.Append, queuedAt int64) {
	if cap(done) > maxIdleQueue {
		done = nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.appends) == 0 && !q.closed {
		q.nonEmpty.Wait()
	}
	taken, q.appends = q.appends, done[:0]
	return taken, q.queuedAt
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
	q.nonEmpty.Signal()
}

func (q *appendQueue) isClosed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}
