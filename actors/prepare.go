package actors

import (
	"context"
	"errors"
	"sort"
	"time"

	"partyline/actors/ledger"
	"partyline/persistence"
	"partyline/protocol"
)

// prepare fills in what a command must know of the journal, and sees to it that the
// roster hears of what it changes before the client does. It says false when the
// command is answered already.
func (a *webhookActor) prepare(c *ledger.Command) bool {
	if a.MustReload() {
		a.ReleaseDurable()
	}
	switch cmd := c.Cmd.(type) {
	case protocol.CreateWebhook:
		cmd.Head = protocol.DeliveryID(a.Journal.Head())
		c.Cmd = cmd
	case protocol.UpdateWebhook:
		cmd.Head = a.reached()
		c.Cmd = cmd
		a.rise()
	case protocol.ReplayWebhook:
		cmd.Until = a.reached()
		if cmd.Since != nil {
			cmd.From = a.before(*cmd.Since, cmd.Until)
		}
		c.Cmd = cmd
	case protocol.Redeliver:
		if err := a.deliverable(cmd.DeliveryID); err != nil {
			c.Respond(nil, err)
			return false
		}
	}
	done := c.Done
	c.Done = func(answer any, err *protocol.Error) {
		if saved, ok := answer.(protocol.WebhookSaved); ok {
			a.post.roster.note(saved.Webhook)
		}
		done(answer, err)
	}
	return true
}

// rise ends the webhook's sleep before it may want something else: the dispatcher must not
// vouch for it by what it wanted. It lies down again when it has nothing to do. The
// dispatcher may take it for asleep when it does not itself, after it has been read anew.
func (a *webhookActor) rise() {
	a.asleep = false
	a.System.Send(a.post.dispatcher, leave{id: a.id})
}

func (a *webhookActor) deliverable(id protocol.DeliveryID) *protocol.Error {
	_, err := a.fetch(id)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errGone):
		return protocol.NotFound("Delivery")
	}
	return ledger.ToClient(err)
}

// reached is up to where everything was judged by the webhook's filter as it is: what
// lies after it and is wanted waits still.
func (a *webhookActor) reached() protocol.DeliveryID {
	if a.MustReload() || !a.State.Exists() {
		return 0
	}
	switch d := a.State.Head(); {
	case !a.State.Enabled():
		return a.State.Cursor()
	case a.lineFlight():
		return a.flight.conclude.Delivery - 1
	case a.unrecorded != nil && a.unrecorded.Source == mainLane:
		return a.unrecorded.Delivery - 1
	case d != nil && d.Source == mainLane:
		return d.Delivery - 1
	}
	if a.line.empty() && a.covered {
		a.look()
	}
	return a.line.reached()
}

func (a *webhookActor) lineFlight() bool {
	return a.flight.number != 0 && a.flight.conclude.Source == mainLane
}

// before finds the last position that was written before a time, at most most. Times
// never go back along the global order, so it is a search by halves.
func (a *webhookActor) before(t protocol.Timestamp, most protocol.DeliveryID) protocol.DeliveryID {
	n := sort.Search(int(most), func(i int) bool {
		at, ok := timeOf(a.Journal, protocol.DeliveryID(i+1))
		return !ok || protocol.TimestampOf(at) >= t
	})
	return protocol.DeliveryID(n)
}

// timeOf is when the record at a position, or the next one that is still kept, was written.
func timeOf(j persistence.Journal, id protocol.DeliveryID) (time.Time, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	for rec, err := range persistence.SkipDamaged(ctx, j, persistence.Position(id)-1, func(*persistence.Damage) {}) {
		return rec.Time, err == nil
	}
	return time.Time{}, false
}
