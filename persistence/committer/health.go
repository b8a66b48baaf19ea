package committer

import (
	"fmt"
	"time"

	"partyline/persistence"
)

// failureShown is how long a failed commit is held against the journal when no
// later one succeeds. It ends by itself: who waits for good health before the next
// append would wait for ever.
const failureShown = 10 * time.Second

type failure struct {
	err error
	at  time.Time
}

// Health is nil while appends are accepted: not closed, no append waiting for
// persistence.StalledAfter, the store ready, and the last commit, if it was within the
// last ten seconds, not failed. A store that hangs is not asked.
func (c *Committer) Health() error {
	if c.isClosed() {
		return persistence.ErrClosed
	}
	if err := c.stalls.check(); err != nil {
		return err
	}
	if err := c.store.Ready(); err != nil {
		return unavailable(err)
	}
	f := c.failure.Load()
	if f == nil || time.Since(f.at) > failureShown {
		return nil
	}
	return fmt.Errorf("last commit: %w", unavailable(f.err))
}

func (c *Committer) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}
