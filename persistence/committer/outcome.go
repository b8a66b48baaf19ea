package committer

import (
	"errors"
	"fmt"

	"partyline/persistence"
)

// deliver calls Done of every append with its outcome, in order. A callback that panics
// stops itself, not the others.
func (c *Committer) deliver(appends []persistence.Append) {
	for next := 0; next < len(appends); {
		next = c.deliverFrom(appends, next)
	}
}

func (c *Committer) deliverFrom(appends []persistence.Append, i int) (next int) {
	next = i
	defer func() {
		if p := recover(); p != nil {
			c.log.Error().Interface("panic", p).Str("stream", appends[next-1].Stream).Msg("append callback panicked")
		}
	}()
	for next < len(appends) {
		a := &appends[next]
		next++
		if a.Done != nil {
			a.Done(c.batcher.outcome(next-1, c.Head()))
		}
	}
	return next
}

// unavailable wraps a cause in ErrUnavailable, except when the journal itself is damaged:
// waiting does not repair that.
func unavailable(cause error) error {
	if errors.Is(cause, persistence.ErrCorrupt) || errors.Is(cause, persistence.ErrUnavailable) {
		return cause
	}
	return fmt.Errorf("%w: %w", persistence.ErrUnavailable, cause)
}
