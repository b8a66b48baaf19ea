package actors

import (
	"context"
	"sync/atomic"

	"partyline/protocol"
)

// defaultInFlight bounds the commands and queries that are inside at one time. At
// 100,000 votes a second it is the work of a sixth of a second, so what is let in is
// answered soon, and some 20 MiB, so memory is bounded whoever asks.
const defaultInFlight = 16_384

// door counts who is inside and lets nobody in beyond the limit or while draining.
type door struct {
	limit  int64
	inside atomic.Int64
	shut   atomic.Bool
	empty  chan struct{} // told, once shut, whenever the last one leaves
}

func newDoor(limit int) *door {
	return &door{limit: int64(limit), empty: make(chan struct{}, 1)}
}

func (d *door) enter() *protocol.Error {
	if d.inside.Add(1) > d.limit {
		d.leave()
		return errOverloaded()
	}
	// After the count, so that drain either sees this one or this one sees shut.
	if d.shut.Load() {
		d.leave()
		return errDraining()
	}
	return nil
}

func (d *door) leave() {
	if d.inside.Add(-1) > 0 || !d.shut.Load() {
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
