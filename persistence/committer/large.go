package committer

import (
	"slices"
	"time"

	"partyline/persistence"
)

// A large record fits no batch. The store writes it part by part, and the batch that
// makes it count only holds a reference to the parts. Between two parts everything else
// that is queued is written, so no append waits for more than one part, except those after
// the record in its own stream and further large ones.

// writeLarge writes the parts of the large append at the head of the queue, and returns
// the queue as it is after that: the append, then what must come after it. When a part
// could not be written, batcher.largeErr says why, and the next batch rejects the append.
func (c *Committer) writeLarge(queue []persistence.Append) []persistence.Append {
	a := queue[0]
	if c.batcher.largeErr = c.checkLarge(&a); c.batcher.largeErr != nil {
		return queue
	}
	blocked := blockedBy(a)
	arrived := slices.Clone(queue[1:])
	clear(queue)
	for part, more := 0, true; more; part++ {
		if more, c.batcher.largeErr = c.writePart(&a, part); c.batcher.largeErr != nil {
			c.partFailed(c.batcher.largeErr)
			break
		}
		c.stalls.begin(c.stalls.now())
		c.processOthers(blocked.separate(append(arrived, c.queue.drain()...)))
		arrived = nil
	}
	return append(blocked.appends, arrived...)
}

// checkLarge is nil when the append is one that its batch will accept: otherwise its parts
// would be written in vain.
func (c *Committer) checkLarge(a *persistence.Append) error {
	if err := c.ready(); err != nil {
		return err
	}
	if err := a.Check(); err != nil {
		return err
	}
	s, err := c.batcher.lookUpStream(a.Stream)
	if err == nil && s.last != a.Expected {
		err = persistence.ErrConflict
	}
	return err
}

func (c *Committer) writePart(a *persistence.Append, part int) (more bool, err error) {
	if err := c.ready(); err != nil {
		return false, err
	}
	if f := c.faults.BeforePart; f != nil {
		if err := f(part); err != nil {
			return false, err
		}
	}
	return c.store.WritePart(a.Stream, a.Expected+1, a.Records[0], part)
}

func (c *Committer) partFailed(cause error) {
	c.log.Error().Err(cause).Msg("a part of a large record could not be written")
	c.failure.Store(&failure{err: cause, at: time.Now()})
	c.observeFailure(cause)
}

// processOthers writes appends of which none is large.
func (c *Committer) processOthers(appends []persistence.Append) {
	for len(appends) > 0 {
		n := c.processBatch(appends)
		clear(appends[:n])
		appends = appends[n:]
	}
}

// blockedAppends is a large append and those that must be written after it.
type blockedAppends struct {
	appends []persistence.Append
	streams map[string]bool
}

func blockedBy(a persistence.Append) *blockedAppends {
	return &blockedAppends{appends: []persistence.Append{a}, streams: map[string]bool{a.Stream: true}}
}

// separate keeps the appends that must wait, because they are large or of a stream that
// waits already, and returns the others. Both keep their order.
func (b *blockedAppends) separate(arrived []persistence.Append) (others []persistence.Append) {
	for _, a := range arrived {
		if !a.Large() && !b.streams[a.Stream] {
			others = append(others, a)
			continue
		}
		b.streams[a.Stream] = true
		b.appends = append(b.appends, a)
	}
	return others
}
