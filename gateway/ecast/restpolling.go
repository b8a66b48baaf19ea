package ecast

import (
	"context"
	"errors"
)

// poll asks by REST until the room is gone, or the service fails.
func (o *observation) poll(ctx context.Context) (err error) {
	for {
		if o.room, err = o.client.lookup(ctx, o.code); err != nil {
			return err
		}
		if err = o.checkOnce(ctx); err != nil {
			return err
		}
		if err = pause(ctx, pollInterval); err != nil {
			return err
		}
	}
}

// checkOnce reports what REST knows of the room that was just looked up: whether it is locked,
// and how many seats were taken, less the host's, and never more than may play. Observers and
// the audience may be among them, so players who were counted one by one take precedence.
func (o *observation) checkOnce(ctx context.Context) error {
	o.view.started = o.view.started || o.room.locked
	if len(o.view.players) == 0 {
		n, err := o.client.countConnections(ctx, o.code)
		switch {
		case errors.Is(err, errRoomGone): // only the lookup of the room decides whether it is gone
		case err != nil:
			return err
		default:
			o.view.counted, o.view.playerCount = true, max(o.view.playerCount, o.room.playersOf(n))
		}
	}
	o.reportNow()
	return nil
}

// playersOf is how many of so many seats can be players'.
func (r roomInfo) playersOf(seats int) int {
	n := max(seats-1, 0)
	if r.maxPlayers > 0 {
		n = min(n, r.maxPlayers)
	}
	return n
}
