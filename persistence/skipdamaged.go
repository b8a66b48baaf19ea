package persistence

import (
	"context"
	"errors"
	"iter"
)

// SkipDamaged reads like ReadAll but continues after damaged records: damaged is called
// with each damage, whose records are left out.
func SkipDamaged(ctx context.Context, j Journal, after Position, damaged func(*Damage)) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for again := true; again; {
			again = false
			for rec, err := range j.ReadAll(ctx, after) {
				if d := damageIn(err); d != nil && d.LastPosition > after {
					damaged(d)
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

// damageIn returns the damage in an error's chain, nil for none. Without an error, which is
// nearly always, it allocates nothing: every vote passes here.
func damageIn(err error) *Damage {
	if err == nil {
		return nil
	}
	var d *Damage
	_ = errors.As(err, &d)
	return d
}
