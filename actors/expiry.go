package actors

import (
	"time"

	"partyline/actors/webhook"
	"partyline/protocol"
)

const (
	// backlogKept is how old an event may be and still be delivered for the first time: an
	// endpoint that was away for longer is not flooded with what nobody waits for any more.
	backlogKept = 30 * 24 * time.Hour
	// expiredReason is what the log says of an older one.
	expiredReason = "Left out: it had waited for more than 30 days. Redeliver it, or replay what failed."
)

// expired says whether an event that was committed at a time has waited for too long. A
// clock that jumps ahead must cost nobody an event: it has by the clock, by the time that
// has passed since the start, and by the journal, which has seen as many days go by.
func (p *post) expired(at time.Time) bool {
	if p.clock.moment().Earlier().Time().Sub(at) <= backlogKept {
		return false
	}
	newest, ok := timeOf(p.journal, protocol.DeliveryID(p.journal.Head()))
	return ok && newest.Sub(at) > backlogKept
}

// leaveOut sets aside what has waited for too long at the head of the line, and says
// whether there was any.
func (a *webhookActor) leaveOut() bool {
	c := &webhook.LeaveOut{Reason: expiredReason}
	for !a.line.empty() && a.post.expired(a.line.waiting.first().time) {
		p := a.line.waiting.pop()
		c.Events = append(c.Events, webhook.Waited{Delivery: p.id, Event: p.kind, Session: p.session})
	}
	if len(c.Events) == 0 {
		return false
	}
	a.handle(&command{cmd: c, ticket: ticket{done: func(_ any, err *protocol.Error) {
		if err != nil {
			a.line.restart(a.heart.Cursor())
			a.stall(err)
		}
	}}})
	return true
}
