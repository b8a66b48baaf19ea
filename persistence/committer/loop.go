package committer

import (
	"fmt"
	"runtime"
	"time"

	"partyline/persistence"
)

// maxIdleQueue is the largest queue, in appends, that is kept for reuse: a burst must not
// hold its memory for ever.
const maxIdleQueue = 1 << 16

// run is the committer's goroutine. It ends when the committer is closed and the
// queue is empty.
func (c *Committer) run() {
	defer close(c.done)
	for c.dequeue() {
		for rest := c.dequeued; len(rest) > 0; {
			if rest[0].Large() {
				rest = c.writeLarge(rest)
			}
			n := c.processBatch(rest)
			clear(rest[:n])
			rest = rest[n:]
		}
		c.stalls.end()
		// Writers whose Done was just called often write again at once. Letting them run
		// first puts their appends into the next batch, not the one after.
		runtime.Gosched()
	}
}

// dequeue waits until something is queued and takes all of it. It returns false when the
// committer is closed and the queue is empty.
func (c *Committer) dequeue() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) == 0 && !c.closed {
		c.nonEmpty.Wait()
	}
	if cap(c.dequeued) > maxIdleQueue {
		c.dequeued = nil
	}
	c.dequeued, c.queue = c.queue, c.dequeued[:0]
	if len(c.dequeued) == 0 {
		return false
	}
	c.stalls.begin(c.queuedAt)
	return true
}

// processBatch commits as many of the appends as one batch holds, calls their Done, and
// returns how many that were.
func (c *Committer) processBatch(waiting []persistence.Append) int {
	before := c.Head()
	n := len(waiting)
	if err := c.ready(); err != nil {
		c.rejectAll(waiting, err)
	} else {
		c.rejecting = false
		n = c.fillBatch(waiting)
		c.commit(waiting[:n])
	}
	c.deliver(waiting[:n])
	c.batch.reset()
	if head := c.Head(); head != before {
		c.watchers.notify(head, c.log)
	}
	return n
}

// ready is nil when the store may be written and the head is known.
func (c *Committer) ready() error {
	if err := c.store.Ready(); err != nil {
		return err
	}
	if !c.headUnknown {
		return nil
	}
	return c.reloadHead()
}

// reloadHead reads the head from the store: at the start, and after a failed commit, of
// which nobody knows how much was written.
func (c *Committer) reloadHead() error {
	head, at, err := c.store.Head()
	c.headUnknown = err != nil
	if c.headUnknown {
		return err
	}
	c.head.Store(uint64(head))
	c.time = at
	return nil
}

// commit writes the batch and moves the head, or fails every append in it.
func (c *Committer) commit(in []persistence.Append) {
	if c.batch.empty() {
		return
	}
	c.batch.assignPositions(c.Head())
	c.batch.Time = later(c.time, time.Now().UTC().Truncate(time.Millisecond))
	begun := time.Now()
	if err := c.write(); err != nil {
		c.failBatch(in, err)
		return
	}
	c.time = c.batch.Time
	c.head.Add(uint64(c.batch.Records))
	c.failure.Store(nil)
	if c.observer != nil {
		c.observer.Committed(c.batch.Records, c.batch.Bytes, time.Since(begun))
	}
}

func (c *Committer) write() error {
	c.commits++
	if f := c.faults.BeforeCommit; f != nil {
		if err := f(c.commits); err != nil {
			return err
		}
	}
	if err := c.store.Commit(&c.batch); err != nil {
		return err
	}
	if f := c.faults.AfterCommit; f != nil {
		return f(c.commits)
	}
	return nil
}

// failBatch turns the results of a failed batch into errors and forgets the streams it
// touched, so that their next appends read the sequence from the store.
func (c *Committer) failBatch(in []persistence.Append, cause error) {
	c.log.Error().Err(cause).Int("appends", len(in)).Msg("journal commit failed")
	c.failure.Store(&failure{err: cause, at: time.Now()})
	c.observeFailure(cause)
	for i := range in {
		if c.results[i].err == nil {
			c.results[i] = rejected(&in[i], unavailable(cause))
		}
	}
	for i := range c.batch.Groups {
		delete(c.streams, c.batch.Groups[i].Stream)
	}
	if err := c.reloadHead(); err != nil {
		c.log.Error().Err(err).Msg("journal head unknown after a failed commit")
	}
}

// rejectAll rejects all that waits while the store is not ready. It is logged once, not
// for each of many thousand appends.
func (c *Committer) rejectAll(waiting []persistence.Append, cause error) {
	if !c.rejecting {
		c.log.Error().Err(cause).Msg("journal refuses appends")
	}
	c.rejecting = true
	c.observeFailure(cause)
	c.results = c.results[:0]
	for i := range waiting {
		c.results = append(c.results, rejected(&waiting[i], unavailable(cause)))
	}
}

func (c *Committer) observeFailure(cause error) {
	if c.observer != nil {
		c.observer.Failed(cause)
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func rejected(a *persistence.Append, err error) result {
	return result{err: fmt.Errorf("append %s: %w", a.Stream, err)}
}
