package delivery

import (
	"time"

	"partyline/actors/runtime"
	"partyline/protocol"
)

// retryTimer is the one timer of a webhook. Its message carries a number, so that the
// message of a timer that was stopped too late is ignored.
type retryTimer struct {
	timer  *time.Timer
	number uint64
	due    protocol.Timestamp // what the timer is set for
	fired  protocol.Timestamp // the last due time that it has fired for
}

// timerFired is the message of the timer.
type timerFired struct {
	runtime.Quiet
	number uint64
}

// rateWait is the due time of a wait that ends at no time of the calendar: that of a rate
// limit.
const rateWait protocol.Timestamp = -1

// set starts the timer. A timer that is set for the same due time goes on, so that a clock
// that jumps does not change a wait that has begun.
func (t *retryTimer) set(due protocol.Timestamp, wait time.Duration, send func(timerFired)) {
	if t.timer != nil && t.due == due {
		return
	}
	t.stop()
	t.number++
	m := timerFired{number: t.number}
	t.due = due
	t.timer = time.AfterFunc(wait, func() { send(m) })
}

// fire handles the message.
func (t *retryTimer) fire(m timerFired) {
	if m.number != t.number || t.timer == nil {
		return
	}
	t.timer = nil
	if t.due != rateWait {
		t.fired = t.due
	}
}

// over reports whether the wait for that due time has ended, whatever the clock says.
func (t *retryTimer) over(due protocol.Timestamp) bool { return due != 0 && t.fired == due }

func (t *retryTimer) stop() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

// rateGate keeps attempts apart.
type rateGate struct{ next time.Time }

// wait is how long until the next attempt may be made.
func (g *rateGate) wait() time.Duration { return time.Until(g.next) }

// took notes an attempt; the next one may be made after the interval.
func (g *rateGate) took(interval time.Duration) { g.next = time.Now().Add(interval) }
