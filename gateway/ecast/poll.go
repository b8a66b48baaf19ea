package ecast

import (
	"context"
	"errors"
)

// poll asks by REST until the room is gone, or the service does not answer.
func (v *visit) poll(ctx context.Context) (err error) {
	for {
		if v.entry, err = v.client.lookup(ctx, v.code); err != nil {
			return err
		}
		if err = v.glance(ctx); err != nil {
			return err
		}
		if err = pause(ctx, glanceEvery); err != nil {
			return err
		}
	}
}

// glance tells what REST knows of the room that was just looked up: whether it is
// locked, and how many seats were taken. They are fewer by the host's, and never more
// than may play; observers and the audience may be among them, so players who were
// counted one by one are believed more.
func (v *visit) glance(ctx context.Context) error {
	v.view.started = v.view.started || v.entry.locked
	if len(v.view.players) == 0 {
		n, err := v.client.connections(ctx, v.code)
		switch {
		case errors.Is(err, errGone): // whether the room is gone, says the room
		case err != nil:
			return err
		default:
			v.view.counted, v.view.slots = true, max(v.view.slots, v.entry.players(n))
		}
	}
	v.show()
	return nil
}

// players is how many of so many seats can be players'.
func (e entry) players(seats int) int {
	n := max(seats-1, 0)
	if e.most > 0 {
		n = min(n, e.most)
	}
	return n
}
