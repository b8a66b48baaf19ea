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
type countdown struct {
	poll  protocol.PollID    // 0 while none is open
	until protocol.Timestamp // the steady time of its end
	timer *time.Timer
	// over: the timer has fired. ending: the end is being decided. failed: the journal
	// did not take it, and the next sweep tries again.
	over, ending, failed bool
}

// timeIsUp is what the timer sends.
type timeIsUp struct{ poll protocol.PollID }

// start counts down to the end of a poll. A countdown of the same poll goes on.
func (c *countdown) start(id protocol.PollID, until, now protocol.Timestamp, ring func(timeIsUp)) {
	if c.poll == id {
		return
	}
	c.stop()
	wait := time.Duration(until-now) * time.Millisecond
	c.poll, c.until = id, until
	c.timer = time.AfterFunc(wait, func() { ring(timeIsUp{id}) })
}

// ring is called for the timer's message.
func (c *countdown) ring(m timeIsUp) { c.over = c.over || m.poll == c.poll && c.poll != 0 }

// due says whether the poll that is counted down is to be ended now.
func (c *countdown) due(now protocol.Timestamp) bool {
	return !c.ending && !c.failed && (c.over || now >= c.until)
}

func (c *countdown) stop() {
	if c.timer != nil {
		c.timer.Stop()
	}
	*c = countdown{ending: c.ending}
}

// endPoll ends the poll whose time is over, before anything else is decided.
func (a *sessionActor) endPoll() {
	if a.countdown.poll == 0 || !a.countdown.due(a.Clock.Read().Monotonic) {
		return
	}
	a.countdown.ending = true
	a.Handle(&ledger.Command{Cmd: protocol.EndPoll{ID: a.id, PollID: a.countdown.poll, TieBreak: a.draw()}, Responder: ledger.Responder{Done: func(_ any, err *protocol.Error) {
		a.countdown.ending, a.countdown.failed = false, err != nil
	}}})
}

// countDown begins with the open poll of a state, one that is on disk; without one it stops.
func (a *sessionActor) countDown(h *session.State) {
	now := a.Clock.Read()
	id, until := h.Countdown(now)
	if id == 0 {
		a.countdown.stop()
		return
	}
	a.countdown.start(id, until, now.Monotonic, func(m timeIsUp) { a.System.Send(a.self, m) })
}

// precede is called before what somebody asks. A vote does not slip in between an end
// that failed and the next sweep; reads wait for the sweep, for each try costs a
// reading of the session.
func (a *sessionActor) precede(m ledger.Request) {
	if c, ok := m.(*ledger.Command); ok && a.countdown.failed {
		_, vote := c.Cmd.(*protocol.CastPollVote)
		a.countdown.failed = !vote
	}
	a.endPoll()
}
