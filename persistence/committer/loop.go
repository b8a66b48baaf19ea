package committer

import (
	"runtime"
	"time"

	"partyline/persistence"
)

// run is the committer's goroutine. It ends when the committer is closed and the
// queue is empty.
func (c *Committer) run() {
	defer close(c.done)
	var taken []persistence.Append
	for {
		var queuedAt int64
		if taken, queuedAt = c.queue.takeAll(taken, &c.gathering); len(taken) == 0 {
			return
		}
		c.stalls.begin(queuedAt)
		for rest := taken; len(rest) > 0; {
			if rest[0].Large() {
				rest = c.writeLarge(rest)
			}
			n := c.processBatch(rest)
			clear(rest[:n])
			rest = rest[n:]
		}
		c.gathering.committed(len(taken), c.queue.waiting(), c.took, c.stalls.now())
		c.stalls.end()
		// Writers whose Done was just called often write again at once. Letting them run
		// first puts their appends into the next batch, not the one after.
		runtime.Gosched()
	}
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
		n = c.batcher.fill(waiting)
		c.commit(waiting[:n])
	}
	c.deliver(waiting[:n])
	c.batcher.reset()
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
	batch := &c.batcher.batch
	if batch.empty() {
		return
	}
	batch.assignPositions(c.Head())
	batch.Time = later(c.time, time.Now().UTC().Truncate(time.Millisecond))
	begun := time.Now()
	if err := c.write(batch); err != nil {
		c.failBatch(in, err)
		return
	}
	c.time = batch.Time
	c.head.Add(uint64(batch.Records))
	c.failure.Store(nil)
	c.took = time.Since(begun)
	if c.observer != nil {
		c.observer.Committed(batch.Records, batch.Bytes, c.took)
	}
}

func (c *Committer) write(batch *Batch) error {
	c.commits++
	if f := c.faults.BeforeCommit; f != nil {
		if err := f(c.commits); err != nil {
			return err
		}
	}
	if err := c.store.Commit(batch); err != nil {
		return err
	}
	if f := c.faults.AfterCommit; f != nil {
		return f(c.commits)
	}
	return nil
}

// failBatch fails every append of a batch that could not be written.
func (c *Committer) failBatch(in []persistence.Append, cause error) {
	c.log.Error().Err(cause).Int("appends", len(in)).Msg("journal commit failed")
	c.failure.Store(&failure{err: cause, at: time.Now()})
	c.observeFailure(cause)
	c.batcher.fail(in, cause)
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
	c.batcher.reject(waiting, cause)
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
