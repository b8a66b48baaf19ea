package delivery

import (
	"context"
	"errors"
	"time"

	"partyline/actors/ledger"
	"partyline/actors/routing"
	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// replayInterval is the least time between two attempts of redeliveries and replays, so
// that the replay of a whole session leaves room for live events.
const replayInterval = 10 * time.Millisecond

// redeliveryAsked reports whether a delivery was asked for again.
func (a *webhookActor) redeliveryAsked() bool {
	_, one := a.State.Redelivery()
	return one || a.State.Replay() != nil
}

// redeliver starts the next delivery that was asked for again, or reads on to find it; ok is
// false when there is none.
func (a *webhookActor) redeliver() (p phase, ok bool) {
	if id, ok := a.State.Redelivery(); ok {
		e, err := a.fetch(id)
		if err != nil {
			return a.unavailable(err, webhook.SourceRedelivery, id), true
		}
		return a.start(e, webhook.SourceRedelivery, 1, false), true
	}
	if r := a.State.Replay(); r != nil {
		return a.replay(r)
	}
	return idle, false
}

// replay starts the next event of the replay.
func (a *webhookActor) replay(r *webhook.Replay) (p phase, ok bool) {
	a.lastSource = webhook.SourceReplay // a search is a turn, too, also one that fails
	if a.replayOf != r.Number {
		a.replayOf = r.Number
		a.replayed.Reset(0)
	}
	a.replayed.Skip(r.After)
	more := false
	if a.replayed.Empty() {
		var err error
		if more, err = a.inbox.Replay(&a.replayed, r.Until); err != nil {
			return a.pause(err), true
		}
	}
	for !a.replayed.Empty() {
		// Tests are not replayed.
		if e := a.replayed.Pop(); e.To == 0 && e.ID <= r.Until {
			return a.start(e, webhook.SourceReplay, 1, false), true
		}
	}
	switch {
	case a.replayed.Scanned() >= r.Until || a.replayed.Scanned()-r.After >= skipEvery:
		return a.save(&webhook.Skip{Source: webhook.SourceReplay, Through: a.replayed.Scanned()}), true
	case more:
		return a.readOn(), true
	}
	return idle, false
}

// errNoEvent: the position holds no event of the webhook, or none any more.
var errNoEvent = errors.New("no event is stored there")

// fetch reads the event at a position.
func (a *webhookActor) fetch(id protocol.DeliveryID) (*routing.Event, error) {
	ctx, cancel := context.WithTimeout(context.Background(), ledger.ReadTimeout)
	defer cancel()
	return fetch(ctx, a.Journal, id, a.id)
}

// fetch reads the event at a position for a webhook.
func fetch(ctx context.Context, j persistence.Journal, id protocol.DeliveryID, to protocol.WebhookID) (*routing.Event, error) {
	for rec, err := range j.ReadAll(ctx, persistence.Position(id)-1) {
		if err != nil {
			return nil, err
		}
		e, ok := routing.Parse(rec)
		if !ok || e.ID != id || e.To != 0 && e.To != to {
			return nil, errNoEvent
		}
		return e.Clone(), nil
	}
	return nil, errNoEvent
}

// fetchTest reads the event of a test by the number of its fact.
func (a *webhookActor) fetchTest(seq protocol.Seq) (*routing.Event, error) {
	ctx, cancel := context.WithTimeout(context.Background(), ledger.ReadTimeout)
	defer cancel()
	for rec, err := range a.Journal.Read(ctx, a.Stream(), persistence.Seq(seq)-1) {
		if err != nil {
			return nil, err
		}
		e, ok := routing.Parse(rec)
		if !ok {
			return nil, errNoEvent
		}
		return e.Clone(), nil
	}
	return nil, errNoEvent
}
