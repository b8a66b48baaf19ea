package memory

import (
	"fmt"
	"sync"

	"partyline/persistence"
)

// controls are what a test sets: a hold before each commit, and failures.
type controls struct {
	before func(commit int) error

	mu         sync.Mutex
	hold       chan struct{}
	failures   int
	failureErr error
	refused    error
	syncErr    error
}

// Hold delays every commit that has not begun until Release is called.
func (j *Journal) Hold() {
	j.controls.mu.Lock()
	defer j.controls.mu.Unlock()
	if j.controls.hold == nil {
		j.controls.hold = make(chan struct{})
	}
}

// Release lets held commits go on.
func (j *Journal) Release() { j.controls.release() }

// FailNext fails the next n commits with err, wrapped in ErrUnavailable; nothing of
// them is written. Snapshots are no commits: Refuse fails those.
func (j *Journal) FailNext(n int, err error) {
	j.controls.mu.Lock()
	defer j.controls.mu.Unlock()
	j.controls.failures, j.controls.failureErr = n, err
}

// FailSync fails the next commit as a sync that fails does, with err wrapped in
// ErrUnavailable: nothing of it is shown, and as on disk nothing more is written until
// Refuse is called with nil.
func (j *Journal) FailSync(err error) {
	j.controls.mu.Lock()
	defer j.controls.mu.Unlock()
	j.controls.syncErr = err
}

// Refuse fails appends and snapshots at once, and Health with them, as a full disk
// does, until it is called with nil.
func (j *Journal) Refuse(err error) {
	j.controls.mu.Lock()
	defer j.controls.mu.Unlock()
	j.controls.refused = err
}

// Damage makes a committed record unreadable, as a flipped bit on disk does: Read and
// ReadBack end at it with ErrCorrupt, ReadAll with *persistence.Damage. It panics when
// there is no such record.
func (j *Journal) Damage(stream string, seq persistence.Seq) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.damaged[j.streams[stream][seq-1]] = true
}

// Mend takes the damage of a record back.
func (j *Journal) Mend(stream string, seq persistence.Seq) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.damaged, j.streams[stream][seq-1])
}

func (c *controls) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hold != nil {
		close(c.hold)
		c.hold = nil
	}
}

func (c *controls) beforeCommit(commit int) error {
	if gate := c.holdChannel(); gate != nil {
		<-gate
	}
	if err := c.nextFailure(); err != nil {
		return err
	}
	if c.before == nil {
		return nil
	}
	return c.before(commit)
}

func (c *controls) holdChannel() chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hold
}

func (c *controls) nextFailure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.syncErr; err != nil {
		c.syncErr, c.refused = nil, err
		return err
	}
	if c.failures == 0 {
		return nil
	}
	c.failures--
	return c.failureErr
}

func (c *controls) refusalErr() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refused == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", persistence.ErrUnavailable, c.refused)
}
