package actors

import (
	"time"

	"partyline/protocol"
)

// countdown ends the open poll of a session when its time is over: when the clock says
// so or when the time has passed by the timer, whichever is first. So a clock that is
// set back makes no poll longer than it was meant to be, and one that is set ahead, by
// which no vote counts any more, leaves none open. It is counted down from what is on
// disk; a restart counts the rest, by the clock.
type countdown struct {
	poll  protocol.PollID // 0 while none is open
	ends  protocol.Timestamp
	timer *time.Timer
	// over: the timer has fired. ending: the end is being decided. failed: the journal
	// did not take it, and the next sweep tries again.
	over, ending, failed bool
}

// timeIsUp is what the timer sends.
type timeIsUp struct{ poll protocol.PollID }

// start counts down to the end of a poll, for as long as the poll lasts at most. A
// countdown of the same poll goes on.
func (c *countdown) start(id protocol.PollID, started, ends, now protocol.Timestamp, ring func(timeIsUp)) {
	if c.poll == id {
		return
	}
	c.stop()
	wait := time.Duration(min(ends-now, ends-started)) * time.Millisecond
	c.poll, c.ends = id, ends
	c.timer = time.AfterFunc(wait, func() { ring(timeIsUp{id}) })
}

// ring is called for the timer's message.
func (c *countdown) ring(m timeIsUp) { c.over = c.over || m.poll == c.poll && c.poll != 0 }

// due says whether the poll that is counted down is to be ended now.
func (c *countdown) due(now protocol.Timestamp) bool {
	return !c.ending && !c.failed && (c.over || now >= c.ends)
}

func (c *countdown) stop() {
	if c.timer != nil {
		c.timer.Stop()
	}
	*c = countdown{ending: c.ending}
}

// endPoll ends the poll whose time is over, before anything else is decided.
func (a *sessionActor) endPoll() {
	if a.countdown.poll == 0 || !a.countdown.due(protocol.TimestampOf(a.now())) {
		return
	}
	a.countdown.ending = true
	a.handle(&command{cmd: protocol.EndPoll{ID: a.id, PollID: a.countdown.poll, Draw: a.draw()}, ticket: ticket{done: func(_ any, err *protocol.Error) {
		a.countdown.ending, a.countdown.failed = false, err != nil
	}}})
}

// countDown begins with a poll that is on disk.
func (a *sessionActor) countDown(id protocol.PollID, started, ends protocol.Timestamp) {
	a.countdown.start(id, started, ends, protocol.TimestampOf(a.now()), func(m timeIsUp) { a.system.Root.Send(a.self, m) })
}

// resume goes on with the open poll of a heart that was read, if it has one.
func (a *sessionActor) resume(p *protocol.Poll) {
	if p == nil || p.Status != protocol.StatusOpen {
		a.countdown.stop()
		return
	}
	a.countDown(p.ID, p.StartedAt, p.EndsAt)
}

// precede is called before what somebody asks. A vote does not slip in between an end
// that failed and the next sweep; reads wait for the sweep, for each try costs a
// reading of the session.
func (a *sessionActor) precede(m asker) {
	if c, ok := m.(*command); ok && a.countdown.failed {
		_, vote := c.cmd.(*protocol.VotePoll)
		a.countdown.failed = !vote
	}
	a.endPoll()
}
