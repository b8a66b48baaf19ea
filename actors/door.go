package actors

import (
	"context"
	"sync/atomic"

	"partyline/protocol"
)

const (
	// defaultInFlight bounds the commands and queries that are inside at one time. At
	// 100,000 votes a second it is the work of a sixth of a second, so what is let in
	// is answered soon, and some 20 MiB, so memory is bounded whoever asks.
	defaultInFlight = 16_384
	// reserve is the part of the places, one in so many, that votes cannot take: under a
	// storm of votes the host can still close the session.
	reserve = 16
	// votesPerPlace is how many votes of a batch take one place at the door: a batch
	// costs less than its votes would alone, but not nothing.
	votesPerPlace = 8
	// chatPerPlace is the same for the votes of a chat log, so that the largest takes a
	// fifth of the places: it must not shut everybody out.
	chatPerPlace = 64
)

// door counts who is inside and lets nobody in beyond the limit or while draining.
type door struct {
	limit  int64
	votes  int64 // the limit of votes
	inside atomic.Int64
	shut   atomic.Bool
	empty  chan struct{} // told, once shut, whenever the last one leaves
}

func newDoor(limit int) *door {
	d := &door{empty: make(chan struct{}, 1)}
	d.widen(limit)
	return d
}

// widen sets the limit.
func (d *door) widen(limit int) {
	d.limit = int64(limit)
	d.votes = d.limit - d.limit/reserve
}

// enter takes so many places. A command that needs more than there are may come in
// when nobody else is inside.
func (d *door) enter(places int64) *protocol.Error { return d.pass(places, d.limit) }

// enterVote is enter for those who may not have the reserve.
func (d *door) enterVote(places int64) *protocol.Error { return d.pass(places, d.votes) }

func (d *door) pass(places, limit int64) *protocol.Error {
	if now := d.inside.Add(places); now > limit && now > places {
		d.leave(places)
		return errOverloaded()
	}
	// After the count, so that drain either sees this one or this one sees shut.
	if d.shut.Load() {
		d.leave(places)
		return errDraining()
	}
	return nil
}

func (d *door) leave(places int64) {
	if d.inside.Add(-places) > 0 || !d.shut.Load() {
		return
	}
	select {
	case d.empty <- struct{}{}:
	default:
	}
}

// drain shuts the door and waits until everybody has left.
func (d *door) drain(ctx context.Context) error {
	d.shut.Store(true)
	for d.inside.Load() > 0 {
		select {
		case <-d.empty:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
