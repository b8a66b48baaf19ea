package committer

import (
	"slices"
	"time"

	"partyline/persistence"
)

// A large record fits no batch. It is staged: the store writes it part by part, and
// the batch that makes it count only names it. Between two parts everything else that
// waits is written, so nobody waits for more than one of them, but for what stands
// behind the record in its own stream and for further large ones.

// stage stages the large append at the head of the queue, and returns the queue as it
// is after that: the append, then what waits behind it. When it could not be staged,
// unstaged says why, and the round that follows tells its writer.
func (c *Committer) writeLarge(queue []persistence.Append) []persistence.Append {
	a := queue[0]
	if c.largeErr = c.checkLarge(&a); c.largeErr != nil {
		return queue
	}
	line := blockedBy(a)
	arrived := slices.Clone(queue[1:])
	clear(queue)
	for part, more := 0, true; more; part++ {
		if more, c.largeErr = c.writePart(&a, part); c.largeErr != nil {
			c.partFailed(c.largeErr)
			break
		}
		c.stalls.begin(c.stalls.now())
		c.processOthers(line.separate(append(arrived, c.drainQueue()...)))
		arrived = nil
	}
	return append(line.appends, arrived...)
}

// stageable is nil when the append is in its place: what is staged for another would
// be written in vain.
func (c *Committer) checkLarge(a *persistence.Append) error {
	if err := c.ready(); err != nil {
		return err
	}
	if err := a.Check(); err != nil {
		return err
	}
	s, err := c.lookUpStream(a.Stream)
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
	c.log.Error().Err(cause).Msg("journal could not stage a large record")
	c.failure.Store(&failure{err: cause, at: time.Now()})
	c.observeFailure(cause)
}

// pass writes appends of which none is large.
func (c *Committer) processOthers(appends []persistence.Append) {
	for len(appends) > 0 {
		n := c.processBatch(appends)
		clear(appends[:n])
		appends = appends[n:]
	}
}

// poll takes what is queued without waiting for any.
func (c *Committer) drainQueue() []persistence.Append {
	c.mu.Lock()
	defer c.mu.Unlock()
	arrived := c.queue
	c.queue = nil
	return arrived
}

// line is who stands behind a large append.
type blockedAppends struct {
	appends []persistence.Append
	streams map[string]bool
}

func blockedBy(a persistence.Append) *blockedAppends {
	return &blockedAppends{appends: []persistence.Append{a}, streams: map[string]bool{a.Stream: true}}
}

// sift holds those that have to wait and returns the others, each kind in its order.
func (l *blockedAppends) separate(arrived []persistence.Append) (others []persistence.Append) {
	for _, a := range arrived {
		if !a.Large() && !l.streams[a.Stream] {
			others = append(others, a)
			continue
		}
		l.streams[a.Stream] = true
		l.appends = append(l.appends, a)
	}
	return others
}
