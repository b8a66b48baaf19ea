package delivery

import (
	"errors"

	"partyline/actors/ledger"
	"partyline/actors/routing"
	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// skipEvery is how many records that do not match a webhook reads before it records how far
// it has come: a start must not read them again, and each record costs a write.
const skipEvery = 10_000

// start begins an attempt.
func (a *webhookActor) start(e *routing.Event, source webhook.Source, number int, probe bool) phase {
	now := a.Clock.Read()
	event, err := webhook.ReadEvent(e.Stored)
	if err != nil {
		a.Log.Error().Err(err).Int64("webhook", int64(a.id)).Int64("delivery", int64(e.ID)).Msg("stored event cannot be read")
		return a.leaveOut(source, e.ID)
	}
	a.stats.waiting.Store(e.Time.UnixMilli())
	d := webhook.Dispatch{
		Webhook: a.id, URL: a.State.URL(), Secrets: a.State.Secrets(now.Earlier()), MessageID: a.messageID(e.ID, 0),
		Redelivery: source == webhook.SourceRedelivery || source == webhook.SourceReplay,
	}
	r := &webhook.RecordAttempt{
		Delivery: e.ID, Source: source, Probe: probe, Event: event.Type, Session: event.Session,
		Attempts: a.State.Attempts(), ConfigVersion: a.State.ConfigVersion(), Draw: a.service.jitter(),
	}
	if probe {
		event = webhook.Ping(a.id, now.Wall)
		d.MessageID = a.messageID(e.ID, number)
	}
	d.Event, d.Body = string(event.Type), event.AppendBody(make([]byte, 0, len(e.Stored)))
	if source != webhook.SourceLive {
		a.replayRate.took()
	}
	a.lastSource, a.head = source, e
	return a.send(d, r)
}

// send hands the attempt to the Sender; attemptDone follows.
func (a *webhookActor) send(d webhook.Dispatch, r *webhook.RecordAttempt) phase {
	a.rate.took()
	a.timer.stop()
	number, self := a.service.attempts.Add(1), a.self
	a.attempt = attempt{number: number, record: r}
	a.attempt.cancel = a.service.inFlight.start(d, func(outcome webhook.Attempt, canceled bool) {
		a.System.Send(self, &attemptDone{number: number, outcome: outcome, canceled: canceled})
	})
	return busy
}

// finishAttempt saves the outcome of the attempt under way. One that was canceled by the end
// of the hub is made again by the next hub.
func (a *webhookActor) finishAttempt(m *attemptDone) {
	if m.number != a.attempt.number {
		return
	}
	r := a.attempt.record
	a.attempt = attempt{}
	if a.phase == stopped || a.phase == draining && m.canceled {
		return
	}
	r.Outcome = m.outcome
	a.unsaved = r
	a.phase = a.save(r)
}

// save has the ledger decide and commit one of the webhook's own commands. A webhook is busy
// until the answer comes, or draining. After an answer at once a message has it go on.
func (a *webhookActor) save(cmd protocol.Command) phase {
	if a.phase != draining {
		a.phase = busy
	}
	a.Handle(&ledger.Command{Cmd: cmd, Responder: ledger.Responder{Done: func(_ any, err *protocol.Error) { a.saved(cmd, err) }}})
	if a.phase == idle {
		a.System.Send(a.self, wake{})
	}
	return a.phase
}

// saved handles the answer. After an error the next tick tries again; an outcome is kept
// until it is on disk, so that a disk that is full for an hour costs no second delivery.
func (a *webhookActor) saved(cmd protocol.Command, err *protocol.Error) {
	switch cmd.(type) {
	case *webhook.RecordAttempt:
		if err == nil || err.Code == protocol.CodeConflict || err.Code == protocol.CodeNotFound {
			a.unsaved, err = nil, nil // recorded already, or of a webhook that is deleted
		}
	case *webhook.Expire:
		if err != nil {
			a.inbox.Restart(a.State.Cursor())
		}
	case *webhook.Disable:
		if err != nil {
			a.Log.Error().Err(err).Int64("webhook", int64(a.id)).Msg("webhook of a backup cannot be disabled yet; it is not called")
			a.loaded()
		}
	}
	switch {
	case a.phase != busy:
	case err != nil:
		a.phase = a.pause(err)
	default:
		a.phase = idle
	}
}

// unavailable handles a delivery that cannot be read: one that is no longer stored is
// skipped, and one whose record is damaged is left out. Any other fault of the journal may
// pass.
func (a *webhookActor) unavailable(err error, s webhook.Source, id protocol.DeliveryID) phase {
	switch {
	case errors.Is(err, errNoEvent):
		return a.save(&webhook.Skip{Source: s, Through: id})
	case isDamage(err) || s == webhook.SourceTest && errors.Is(err, persistence.ErrCorrupt):
		a.Log.Error().Err(err).Int64("webhook", int64(a.id)).Int("source", int(s)).Int64("delivery", int64(id)).Msg("webhook leaves out a damaged event")
		return a.leaveOut(s, id)
	}
	return a.pause(err)
}

// isDamage reports whether records are damaged while the global order around them is whole.
func isDamage(err error) bool {
	var lost *persistence.Damage
	return errors.As(err, &lost)
}

// damagedReason is the sentence in the log of a delivery whose event cannot be read.
const damagedReason = "Not delivered: the stored event is damaged and cannot be read"

// leaveOut moves a source past a delivery whose event is damaged. One that is being retried
// becomes a dead letter. Others are in the log already, and among the dead letters if they
// were: only their new delivery is left out.
func (a *webhookActor) leaveOut(s webhook.Source, id protocol.DeliveryID) phase {
	if d := a.State.Head(); d != nil && d.Source == s && d.Delivery == id {
		return a.save(&webhook.DeadLetterHead{Source: s, Delivery: id, Failure: webhook.FailureDamaged, Reason: damagedReason})
	}
	return a.save(&webhook.Skip{Source: s, Through: id})
}

func (a *webhookActor) messageID(d protocol.DeliveryID, probe int) string {
	return webhook.MessageID(epochOf(a.Journal, d), a.id, d, probe)
}

// epochOf is the epoch in which the event of a delivery was recorded. It stays the same over
// restores and upgrades, empty for events of versions without epochs, so that a delivery is
// retried under its first message id.
func epochOf(j persistence.Journal, d protocol.DeliveryID) protocol.Epoch {
	return protocol.Epoch(j.EpochAt(persistence.Position(d)))
}
