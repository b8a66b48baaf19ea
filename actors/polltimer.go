package actors

import (
	"time"

	"partyline/actors/ledger"
	"partyline/actors/session"
	"partyline/protocol"
)

// countdown ends the open poll of a session when its time has passed, whatever the clock
// is set to meanwhile. It is counted down from what is on disk; a restart counts the rest,
// by the clock.
type pollTimer struct {
	poll     protocol.PollID    // 0 while none is open
	deadline protocol.Timestamp // the steady time of its end
	timer    *time.Timer
	// over: the timer has fired. ending: the end is being decided. failed: the journal
	// did not take it, and the next sweep tries again.
	fired, endingPoll, failed bool
}

// timeIsUp is what the timer sends.
type pollExpired struct{ poll protocol.PollID }

// start counts down to the end of a poll. A countdown of the same poll goes on.
func (c *pollTimer) start(id protocol.PollID, until, now protocol.Timestamp, ring func(pollExpired)) {
	if c.poll == id {
		return
	}
	c.stop()
	wait := time.Duration(until-now) * time.Millisecond
	c.poll, c.deadline = id, until
	c.timer = time.AfterFunc(wait, func() { ring(pollExpired{id}) })
}

// ring is called for the timer's message.
func (c *pollTimer) fire(m pollExpired) { c.fired = c.fired || m.poll == c.poll && c.poll != 0 }

// due says whether the poll that is counted down is to be ended now.
func (c *pollTimer) due(now protocol.Timestamp) bool {
	return !c.endingPoll && !c.failed && (c.fired || now >= c.deadline)
}

func (c *pollTimer) stop() {
	if c.timer != nil {
		c.timer.Stop()
	}
	*c = pollTimer{endingPoll: c.endingPoll}
}

// endPoll ends the poll whose time is over, before anything else is decided.
func (a *sessionActor) endExpiredPoll() {
	if a.pollTimer.poll == 0 || !a.pollTimer.due(a.Clock.Read().Monotonic) {
		return
	}
	a.pollTimer.endingPoll = true
	a.Handle(&ledger.Command{Cmd: protocol.EndPoll{ID: a.id, PollID: a.pollTimer.poll, TieBreak: a.draw()}, Responder: ledger.Responder{Done: func(_ any, err *protocol.Error) {
		a.pollTimer.endingPoll, a.pollTimer.failed = false, err != nil
	}}})
}

// countDown begins with the open poll of a state, one that is on disk; without one it stops.
func (a *sessionActor) startPollTimer(h *session.State) {
	now := a.Clock.Read()
	id, until := h.Countdown(now)
	if id == 0 {
		a.pollTimer.stop()
		return
	}
	a.pollTimer.start(id, until, now.Monotonic, func(m pollExpired) { a.System.Send(a.self, m) })
}

// precede is called before what somebody asks. A vote does not slip in between an end
// that failed and the next sweep; reads wait for the sweep, for each try costs a
// reading of the session.
func (a *sessionActor) expireFirst(m ledger.Request) {
	if c, ok := m.(*ledger.Command); ok && a.pollTimer.failed {
		_, vote := c.Cmd.(*protocol.CastPollVote)
		a.pollTimer.failed = !vote
	}
	a.endExpiredPoll()
}
