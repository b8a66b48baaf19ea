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
func (c *Committer) stage(queue []persistence.Append) []persistence.Append {
	a := queue[0]
	if c.unstaged = c.stageable(&a); c.unstaged != nil {
		return queue
	}
	line := behind(a)
	arrived := slices.Clone(queue[1:])
	clear(queue)
	for part, more := 0, true; more; part++ {
		if more, c.unstaged = c.stagePart(&a, part); c.unstaged != nil {
			c.stageFailed(c.unstaged)
			break
		}
		c.waits.begin(c.waits.now())
		c.pass(line.sift(append(arrived, c.poll()...)))
		arrived = nil
	}
	return append(line.held, arrived...)
}

// stageable is nil when the append is in its place: what is staged for another would
// be written in vain.
func (c *Committer) stageable(a *persistence.Append) error {
	if err := c.ready(); err != nil {
		return err
	}
	if err := a.Check(); err != nil {
		return err
	}
	s, err := c.stream(a.Stream)
	if err == nil && s.last != a.Expected {
		err = persistence.ErrConflict
	}
	return err
}

func (c *Committer) stagePart(a *persistence.Append, part int) (more bool, err error) {
	if err := c.ready(); err != nil {
		return false, err
	}
	if f := c.faults.BeforeStage; f != nil {
		if err := f(part); err != nil {
			return false, err
		}
	}
	return c.store.Stage(a.Stream, a.Expected+1, a.Records[0], part)
}

func (c *Committer) stageFailed(cause error) {
	c.log.Error().Err(cause).Msg("journal could not stage a large record")
	c.failure.Store(&failure{err: cause, at: time.Now()})
	c.observe(cause)
}

// pass writes appends of which none is large.
func (c *Committer) pass(appends []persistence.Append) {
	for len(appends) > 0 {
		n := c.round(appends)
		clear(appends[:n])
		appends = appends[n:]
	}
}

// poll takes what is queued without waiting for any.
func (c *Committer) poll() []persistence.Append {
	c.mu.Lock()
	defer c.mu.Unlock()
	arrived := c.waiting
	c.waiting = nil
	return arrived
}

// line is who stands behind a large append.
type line struct {
	held    []persistence.Append
	streams map[string]bool
}

func behind(a persistence.Append) *line {
	return &line{held: []persistence.Append{a}, streams: map[string]bool{a.Stream: true}}
}

// sift holds those that have to wait and returns the others, each kind in its order.
func (l *line) sift(arrived []persistence.Append) (others []persistence.Append) {
	for _, a := range arrived {
		if !a.Large() && !l.streams[a.Stream] {
			others = append(others, a)
			continue
		}
		l.streams[a.Stream] = true
		l.held = append(l.held, a)
	}
	return others
}
