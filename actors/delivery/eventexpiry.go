package delivery

import (
	"time"

	"partyline/actors/ledger"
	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

const (
	// maxEventAge is how old an event may be and still be delivered for the first time: an
	// endpoint that was away for longer is not flooded with what nobody waits for any more.
	maxEventAge = 30 * 24 * time.Hour
	// expiredReason is the sentence in the log for an older one.
	expiredReason = "Not delivered: the event had waited for more than 30 days. Redeliver it, or replay the dead letters."
)

// expiry tells which events have waited for too long, as of the moment it was made. A clock
// that jumps ahead must cost nobody an event: an event is expired by the wall clock, by the
// time that has passed since the start, and by the journal, which has seen as many days go
// by. The journal is read once, and only when there is an event that is old by the clock.
type expiry struct {
	journal persistence.Journal
	byClock time.Time // what was committed before is old by the clock
	// byJournal is the same by the newest record; nil until the journal was read.
	byJournal *time.Time
}

func newExpiry(e *ledger.Env) expiry {
	return expiry{journal: e.Journal, byClock: e.Clock.Read().Earlier().Time().Add(-maxEventAge)}
}

// expired reports whether an event that was committed at a time has waited for too long.
// While the journal cannot be read none has.
func (x *expiry) expired(at time.Time) bool {
	if !at.Before(x.byClock) {
		return false
	}
	if x.byJournal == nil {
		limit := time.Time{}
		if newest, ok := timeOf(x.journal, protocol.DeliveryID(x.journal.Head())); ok {
			limit = newest.Add(-maxEventAge)
		}
		x.byJournal = &limit
	}
	return at.Before(*x.byJournal)
}

// expire takes the next events from the inbox that have waited for too long; nil for none.
func (a *webhookActor) expire() *webhook.Expire {
	b, old := a.inbox, newExpiry(a.Env)
	if !old.expired(b.First().Time) {
		return nil
	}
	c := &webhook.Expire{Reason: expiredReason}
	for !b.Empty() && old.expired(b.First().Time) {
		e := b.Pop()
		c.Events = append(c.Events, webhook.Waited{Delivery: e.ID, Event: e.Type, Session: e.Session})
	}
	return c
}
