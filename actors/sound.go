package actors

import (
	"context"
	"errors"
	"iter"

	"partyline/persistence"
)

// readSound is ReadAll for those who go on past what is damaged: passed is told of
// each damage, whose records are left out.
func readSound(ctx context.Context, j persistence.Journal, after persistence.Position, passed func(*persistence.Damage)) iter.Seq2[persistence.Record, error] {
	return func(yield func(persistence.Record, error) bool) {
		for again := true; again; {
			again = false
			for rec, err := range j.ReadAll(ctx, after) {
				var d *persistence.Damage
				if errors.As(err, &d) && d.LastPosition > after {
					passed(d)
					after, again = d.LastPosition, true
					break
				}
				if !yield(rec, err) {
					return
				}
			}
		}
	}
}
