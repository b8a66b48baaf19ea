package actors

import (
	"time"

	"partyline/actors/ledger"
	"partyline/actors/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

func position(id protocol.DeliveryID) persistence.Position { return persistence.Position(id) }

// fly starts an attempt.
func (a *webhookActor) fly(p parcel, l webhook.Source, number int, probe bool) {
	now := a.Clock.Read()
	event, err := webhook.ReadEvent(p.stored)
	if err != nil {
		a.Log.Error().Err(err).Int64("webhook", int64(a.id)).Int64("delivery", int64(p.id)).Msg("stored event cannot be read")
		a.pass(l, p.id)
		return
	}
	a.vitals.waiting.Store(p.time.UnixMilli())
	d := webhook.Dispatch{
		Webhook: a.id, URL: a.State.URL(), Secrets: a.State.Secrets(now.Earlier()), MessageID: a.messageID(p.id, 0),
		Redelivery: l == webhook.SourceRedelivery || l == webhook.SourceReplay,
	}
	c := webhook.RecordAttempt{
		Delivery: p.id, Source: l, Probe: probe, Event: event.Type, Session: event.Session,
		Attempts: a.State.Attempts(), ConfigVersion: a.State.ConfigVersion(), Draw: a.post.jitter(),
	}
	if probe {
		event = webhook.Ping(a.id, now.Wall)
		d.MessageID = a.messageID(p.id, number)
	}
	d.Event, d.Body = string(event.Type), event.AppendBody(make([]byte, 0, len(p.stored)))
	if l != mainLane {
		a.gait.took(replayPace)
	}
	a.extra = l == mainLane
	a.head = p
	a.launch(d, c)
}

func (a *webhookActor) messageID(d protocol.DeliveryID, probe int) string {
	return webhook.MessageID(epochOf(a.Journal, d), a.id, d, probe)
}

func (a *webhookActor) launch(d webhook.Dispatch, c webhook.RecordAttempt) {
	if rate := a.State.RateLimit(); rate > 0 {
		a.pace.took(time.Minute / time.Duration(rate))
	}
	a.alarm.stop()
	number := a.post.number.Add(1)
	self := a.self
	a.flight = flight{number: number, conclude: c}
	a.flight.cancel = a.post.flights.start(d, func(out webhook.Attempt, cut bool) {
		a.System.Send(self, &landed{number: number, outcome: out, cut: cut})
	})
}

// land takes the outcome of the attempt under way. What was cut short by the end of
// the hub is made again by the next one.
func (a *webhookActor) land(m *landed) {
	if m.number != a.flight.number {
		return
	}
	c := a.flight.conclude
	a.flight = flight{}
	if m.cut && a.ending {
		return
	}
	c.Outcome = m.outcome
	a.unrecorded = &c
	a.record()
}

// record hands the outcome to the ledger. When the journal fails it is kept and handed
// over again, so that a disk that is full for an hour costs no second delivery.
func (a *webhookActor) record() {
	if a.unrecorded == nil || a.recording {
		return
	}
	a.recording = true
	a.Handle(&ledger.Command{Cmd: a.unrecorded, Responder: ledger.Responder{Done: func(_ any, err *protocol.Error) {
		a.recording = false
		if err == nil || err.Code == protocol.CodeConflict || err.Code == protocol.CodeNotFound {
			a.unrecorded = nil
		}
	}}})
}

// pass writes down that a lane has nothing to deliver up to a position.
func (a *webhookActor) pass(l webhook.Source, through protocol.DeliveryID) {
	a.Handle(&ledger.Command{Cmd: &webhook.Skip{Source: l, Through: through}, Responder: ledger.Responder{Done: func(_ any, err *protocol.Error) {
		if err != nil {
			a.stall(err)
		}
	}}})
}

// epochOf is the epoch in which the event of a delivery was recorded. It stays the same over
// restores and upgrades, and is empty for those of versions without epochs, so that a
// delivery is tried again under the id that it had before.
func epochOf(j persistence.Journal, d protocol.DeliveryID) protocol.Epoch {
	return protocol.Epoch(j.EpochAt(position(d)))
}
