package sessions

import (
	"time"

	"partyline/actors/ledger"
	"partyline/actors/rules/session"
	"partyline/protocol"
)

// pollTimer ends the open poll of a session at its deadline, whatever the machine's clock is
// set to meanwhile. It is started from facts that are on disk; after a restart the rest of the
// time is measured by the machine's clock.
type pollTimer struct {
	poll     protocol.PollID    // 0 while none is open
	deadline protocol.Timestamp // by the monotonic clock
	timer    *time.Timer
	// fired: the timer has fired. endingPoll: the end is being decided. failed: the journal
	// did not take the end, and the next tick tries again.
	fired, endingPoll, failed bool
}

// pollExpired is the message of the timer.
type pollExpired struct{ poll protocol.PollID }

// start starts the timer of a poll, unless it runs already. send sends the timer's message to
// the session.
func (p *pollTimer) start(id protocol.PollID, deadline, now protocol.Timestamp, send func(pollExpired)) {
	if p.poll == id {
		return
	}
	p.stop()
	wait := time.Duration(deadline-now) * time.Millisecond
	p.poll, p.deadline = id, deadline
	p.timer = time.AfterFunc(wait, func() { send(pollExpired{id}) })
}

// fire handles the timer's message; the message of an earlier poll is ignored.
func (p *pollTimer) fire(m pollExpired) { p.fired = p.fired || m.poll == p.poll && p.poll != 0 }

// due says whether the poll has to be ended now.
func (p *pollTimer) due(now protocol.Timestamp) bool {
	return !p.endingPoll && !p.failed && (p.fired || now >= p.deadline)
}

func (p *pollTimer) stop() {
	if p.timer != nil {
		p.timer.Stop()
	}
	*p = pollTimer{endingPoll: p.endingPoll}
}

// endExpiredPoll ends the open poll if its deadline has passed, before anything else is
// decided.
func (a *sessionActor) endExpiredPoll() {
	if a.pollTimer.poll == 0 || !a.pollTimer.due(a.Clock.Read().Monotonic) {
		return
	}
	a.pollTimer.endingPoll = true
	end := protocol.EndPoll{ID: a.id, PollID: a.pollTimer.poll, TieBreak: a.service.Draw()}
	a.Handle(&ledger.Command{Cmd: end, Responder: ledger.Responder{Done: func(_ any, err *protocol.Error) {
		a.pollTimer.endingPoll, a.pollTimer.failed = false, err != nil
	}}})
}

// startPollTimer starts the timer of the state's open poll, whose start is on disk, or stops
// the timer when no poll is open.
func (a *sessionActor) startPollTimer(h *session.State) {
	now := a.Clock.Read()
	id, deadline := h.PollDeadline(now)
	if id == 0 {
		a.pollTimer.stop()
		return
	}
	a.pollTimer.start(id, deadline, now.Monotonic, func(m pollExpired) { a.System.Send(a.self, m) })
}

// expireFirst ends an expired poll before a request is handled. After an end that failed, a poll
// vote tries the end again, so that no vote counts after the deadline; other requests leave that
// to the next tick, because each try loads the session again.
func (a *sessionActor) expireFirst(m ledger.Request) {
	if c, ok := m.(*ledger.Command); ok && a.pollTimer.failed {
		_, vote := c.Cmd.(*protocol.CastPollVote)
		a.pollTimer.failed = !vote
	}
	a.endExpiredPoll()
}
