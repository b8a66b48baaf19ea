package actors

import (
	"time"

	"partyline/actors/ledger"
	"partyline/actors/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

const (
	// backlogKept is how old an event may be and still be delivered for the first time: an
	// endpoint that was away for longer is not flooded with what nobody waits for any more.
	backlogKept = 30 * 24 * time.Hour
	// expiredReason is what the log says of an older one.
	expiredReason = "Left out: it had waited for more than 30 days. Redeliver it, or replay what failed."
)

// expiry says which events have waited for too long, as of the moment it was made. A clock
// that jumps ahead must cost nobody an event: one is expired by the clock, by the time that
// has passed since the start, and by the journal, which has seen as many days go by. The
// journal is read once, and only when there is an event that is old by the clock.
type expiry struct {
	journal persistence.Journal
	byClock time.Time // what was committed before is old by the clock
	// byJournal is the same by the newest record; nil until the journal was read.
	byJournal *time.Time
}

func (p *post) expiry() expiry {
	return expiry{journal: p.Journal, byClock: p.Clock.Read().Earlier().Time().Add(-backlogKept)}
}

// expired says whether an event that was committed at a time has waited for too long.
// While the journal cannot be read none has.
func (e *expiry) expired(at time.Time) bool {
	if !at.Before(e.byClock) {
		return false
	}
	if e.byJournal == nil {
		limit := time.Time{}
		if newest, ok := timeOf(e.journal, protocol.DeliveryID(e.journal.Head())); ok {
			limit = newest.Add(-backlogKept)
		}
		e.byJournal = &limit
	}
	return at.Before(*e.byJournal)
}

// leaveOut sets aside what has waited for too long at the head of the line, and says
// whether there was any.
func (a *webhookActor) leaveOut() bool {
	if a.line.empty() {
		return false
	}
	old := a.post.expiry()
	if !old.expired(a.line.waiting.First().time) {
		return false
	}
	c := &webhook.Expire{Reason: expiredReason}
	for !a.line.empty() && old.expired(a.line.waiting.First().time) {
		p := a.line.waiting.Pop()
		c.Events = append(c.Events, webhook.Waited{Delivery: p.id, Event: p.kind, Session: p.session})
	}
	a.Handle(&ledger.Command{Cmd: c, Responder: ledger.Responder{Done: func(_ any, err *protocol.Error) {
		if err != nil {
			a.line.restart(a.State.Cursor())
			a.stall(err)
		}
	}}})
	return true
}
