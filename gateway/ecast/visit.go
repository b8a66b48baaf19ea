package ecast

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"partyline/actors/session"
	"partyline/actors/session/fact"
)

// glanceEvery is the time between two looks at a room that does not tell by itself. It
// is as patient as hosts are, and six times slower than the service's own players.
const glanceEvery = 20 * time.Second

// Observe follows a room and tells what it sees: after the first look, with each
// change, and every 20 s. It returns nil when it has told of the end, and an error when
// it can see nothing more. When it returns, also because ctx ended, no connection is
// open.
func (c *Client) Observe(ctx context.Context, roomCode string, tell func(session.Observation)) error {
	if !validCode(roomCode) {
		tell(session.Observation{Status: fact.CheckFailed})
		return nil
	}
	v := &visit{client: c, code: roomCode, tell: tell, view: newView()}
	err := v.run(ctx)
	if errors.Is(err, errGone) {
		v.view.finished = true
		v.show()
		return nil
	}
	return err
}

// visit is one observation of one room.
type visit struct {
	client *Client
	code   string
	tell   func(session.Observation)
	view   *view
	entry  entry
	told   session.Observation
}

// run looks the room up, listens to it, and polls where it cannot listen.
func (v *visit) run(ctx context.Context) (err error) {
	if v.entry, err = v.client.lookup(ctx, v.code); err != nil {
		return err
	}
	v.view.started = v.entry.locked
	err = v.listen(ctx)
	switch {
	case err == nil, errors.Is(err, errGone), errors.Is(err, errThrottled), ctx.Err() != nil:
		return err
	case errors.Is(err, errNoSeat), errors.Is(err, errFinal):
		return v.poll(ctx)
	}
	// A network that lets no WebSocket through tells by REST at least what it can.
	return errors.Join(err, v.glance(ctx))
}

// show tells the view as it is now.
func (v *visit) show() {
	v.told = v.view.sight()
	v.tell(v.told)
}

// showChange tells the view when it is not what was told last.
func (v *visit) showChange() {
	if s := v.view.sight(); !same(s, v.told) {
		v.show()
	}
}

// done says that the game is over, which is the last that was told.
func (v *visit) done() bool { return v.told.Over() }

func same(a, b session.Observation) bool {
	if (a.PlayerCount == nil) != (b.PlayerCount == nil) || a.PlayerCount != nil && *a.PlayerCount != *b.PlayerCount {
		return false
	}
	return a.Status == b.Status
}

// pause waits, or returns with ctx.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// newUser is an id that nobody else has.
func newUser() string { return rand.Text() }
