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
	end    time.Time          // when it fires
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
// that jumps does not change a wait that has begun. The wait of a rate limit is measured by
// the monotonic clock, and ends earlier when the limit was raised.
func (t *retryTimer) set(due protocol.Timestamp, wait time.Duration, send func(timerFired)) {
	end := time.Now().Add(wait)
	if t.timer != nil && t.due == due && (due != rateWait || !end.Before(t.end)) {
		return
	}
	t.stop()
	t.number++
	m := timerFired{number: t.number}
	t.due, t.end = due, end
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
type rateGate struct{ last time.Time }

// wait is how long until the next attempt may be made, an interval after the last one.
func (g *rateGate) wait(interval time.Duration) time.Duration {
	return time.Until(g.last.Add(interval))
}

// took notes an attempt.
func (g *rateGate) took() { g.last = time.Now() }
