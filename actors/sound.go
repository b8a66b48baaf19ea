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
				if d := damageIn(err); d != nil && d.LastPosition > after {
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

// damageIn is the damage that an error tells of. Without an error, which is nearly
// always, it allocates nothing: this stands in the way of every vote.
func damageIn(err error) *persistence.Damage {
	if err == nil {
		return nil
	}
	var d *persistence.Damage
	_ = errors.As(err, &d)
	return d
}
