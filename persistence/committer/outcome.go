package committer

import (
	"errors"
	"fmt"

	"partyline/persistence"
)

// outcome is the i-th result as the journal's contract has it.
func (c *Committer) outcome(i int) persistence.Outcome {
	v := &c.results[i]
	if v.err != nil {
		return persistence.Outcome{Err: v.err}
	}
	o := persistence.Outcome{Last: v.last, Position: c.Head()}
	if v.end > 0 {
		o.Position = c.batch.Groups[v.group].Position + persistence.Position(v.end) - 1
	}
	return o
}

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
			a.Done(c.outcome(next - 1))
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
