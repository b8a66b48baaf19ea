package ecast

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
)

// pollInterval is the time between two checks of a room that does not report by itself. It is
// as patient as hosts are, and six times slower than the service's own players.
const pollInterval = 20 * time.Second

// Observe follows a room and reports what it observes: after the first lookup, with each
// change, and every 20 s. It returns nil when it has reported the end, and an error when it
// can observe no more. When it returns, also because ctx ended, no connection is open.
func (c *Client) Observe(ctx context.Context, roomCode string, report func(session.Observation)) error {
	if !validCode(roomCode) {
		report(session.Observation{Status: fact.CheckFailed})
		return nil
	}
	o := &observation{client: c, code: roomCode, report: report, view: newView()}
	err := o.run(ctx)
	if errors.Is(err, errRoomGone) {
		o.view.finished = true
		o.reportNow()
		return nil
	}
	return err
}

// observation is one call of Observe.
type observation struct {
	client   *Client
	code     string
	report   func(session.Observation)
	view     *view
	room     roomInfo
	reported session.Observation
}

// run looks the room up, listens to it, and polls where it cannot listen.
func (o *observation) run(ctx context.Context) (err error) {
	if o.room, err = o.client.lookup(ctx, o.code); err != nil {
		return err
	}
	o.view.started = o.room.locked
	err = o.listen(ctx)
	switch {
	case err == nil, errors.Is(err, errRoomGone), errors.Is(err, errThrottled), ctx.Err() != nil:
		return err
	case errors.Is(err, errObserverRefused), errors.Is(err, errClosedForGood):
		return o.poll(ctx)
	}
	// A network that blocks WebSockets may still allow REST.
	return errors.Join(err, o.checkOnce(ctx))
}

// reportNow reports the view as it is.
func (o *observation) reportNow() {
	o.reported = o.view.observation()
	o.report(o.reported)
}

// reportChange reports the view when it differs from the last report.
func (o *observation) reportChange() {
	if s := o.view.observation(); !sameObservation(s, o.reported) {
		o.reportNow()
	}
}

// finished is true when the end of the game was reported.
func (o *observation) finished() bool { return o.reported.Over() }

func sameObservation(a, b session.Observation) bool {
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

// newUserID is an id that no other client has.
func newUserID() string { return rand.Text() }
