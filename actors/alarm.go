package actors

import (
	"time"

	"partyline/protocol"
)

// alarm is the one timer of a webhook. It sends a message with its number, so that one
// that was stopped a moment too late is not heard.
type alarm struct {
	timer  *time.Timer
	number uint64
	due    protocol.Timestamp // what it is set for
	rang   protocol.Timestamp // what it has rung for
}

// rung is what the alarm sends.
type rung struct{ number uint64 }

// paced stands for a wait that is for no moment of the calendar: the rate limit's.
const paced protocol.Timestamp = -1

// set wakes after wait. One that is set for the same moment goes on, so that a clock
// that jumps changes no wait that has begun.
func (a *alarm) set(due protocol.Timestamp, wait time.Duration, ring func(rung)) {
	if a.timer != nil && a.due == due {
		return
	}
	a.stop()
	a.number++
	r := rung{a.number}
	a.due = due
	a.timer = time.AfterFunc(wait, func() { ring(r) })
}

// ring is called for the message.
func (a *alarm) ring(r rung) {
	if r.number != a.number || a.timer == nil {
		return
	}
	a.timer = nil
	if a.due != paced {
		a.rang = a.due
	}
}

// over says whether the wait for that moment is over, whatever the clock says.
func (a *alarm) over(due protocol.Timestamp) bool { return due != 0 && a.rang == due }

func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
}

// pace spaces attempts out.
type pace struct{ next time.Time }

// wait is how long until the next may be made.
func (p *pace) wait() time.Duration { return time.Until(p.next) }

// took says that one is made now, and the next not before the interval is over.
func (p *pace) took(interval time.Duration) { p.next = time.Now().Add(interval) }

// ringing sends the alarm's message.
func (a *webhookActor) ringing(r rung) { a.System.Send(a.self, r) }
