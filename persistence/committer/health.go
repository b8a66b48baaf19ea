package committer

import (
	"fmt"
	"time"

	"partyline/persistence"
)

// failureShown is how long a failed commit makes the journal unhealthy when no later one
// succeeds. It ends by itself: a caller who waits for good health before the next append
// would wait for ever.
const failureShown = 10 * time.Second

type failure struct {
	err error
	at  time.Time
}

// Health is nil while appends are accepted: the committer is not closed, no append has
// been waiting for persistence.StalledAfter, the store is ready, and no commit of the last
// ten seconds was the last and failed. A store that hangs is not asked.
func (c *Committer) Health() error {
	if c.queue.isClosed() {
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
