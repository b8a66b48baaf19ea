package delivery

import (
	"context"
	"errors"
	"time"

	"partyline/actors/ledger"
	"partyline/actors/webhook"
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
	if a.replayOf != r.Number {
		a.replayOf, a.replayed = r.Number, readAhead{}
	}
	a.replayed.skip(r.After)
	more := false
	if a.replayed.empty() {
		var err error
		if more, err = a.inbox.read(&a.replayed, a.inbox.filter, r.Until); err != nil {
			return a.pause(err), true
		}
	}
	for !a.replayed.empty() {
		// Tests are not replayed.
		if e := a.replayed.events.Pop(); e.to == 0 && e.id <= r.Until {
			return a.start(e, webhook.SourceReplay, 1, false), true
		}
	}
	switch {
	case a.replayed.scanned >= r.Until || a.replayed.scanned-r.After >= skipEvery:
		return a.save(&webhook.Skip{Source: webhook.SourceReplay, Through: a.replayed.scanned}), true
	case more:
		return a.readOn(), true
	}
	return idle, false
}

// errNoEvent: the position holds no event of the webhook, or none any more.
var errNoEvent = errors.New("no event is stored there")

// fetch reads the event at a position.
func (a *webhookActor) fetch(id protocol.DeliveryID) (*queuedEvent, error) {
	ctx, cancel := context.WithTimeout(context.Background(), ledger.ReadTimeout)
	defer cancel()
	return fetch(ctx, a.Journal, id, a.id)
}

// fetch reads the event at a position for a webhook.
func fetch(ctx context.Context, j persistence.Journal, id protocol.DeliveryID, to protocol.WebhookID) (*queuedEvent, error) {
	for rec, err := range j.ReadAll(ctx, position(id)-1) {
		if err != nil {
			return nil, err
		}
		e, ok := parseEvent(rec)
		if !ok || e.id != id || e.to != 0 && e.to != to {
			return nil, errNoEvent
		}
		return e.clone(), nil
	}
	return nil, errNoEvent
}

// fetchTest reads the event of a test by the number of its fact.
func (a *webhookActor) fetchTest(seq protocol.Seq) (*queuedEvent, error) {
	ctx, cancel := context.WithTimeout(context.Background(), ledger.ReadTimeout)
	defer cancel()
	for rec, err := range a.Journal.Read(ctx, a.Stream(), persistence.Seq(seq)-1) {
		if err != nil {
			return nil, err
		}
		e, ok := parseEvent(rec)
		if !ok {
			return nil, errNoEvent
		}
		return e.clone(), nil
	}
	return nil, errNoEvent
}
