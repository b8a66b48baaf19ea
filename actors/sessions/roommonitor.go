package sessions

import (
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/actors/runtime"
	"partyline/protocol"
)

// monitor is the actor of one player check: it observes a room, again after a pause when an
// observation fails, and reports what was observed to the session, whose state decides what is
// new. It is a child of the session's actor and ends with the check.
type monitor struct {
	ledger.Env
	system       *runtime.System
	observations *observations
	jitter       func() float64
	session      protocol.SessionID
	parent       *actor.PID
	self         *actor.PID
	check        session.RoomCheck

	observation  *observation // nil while none runs
	startedAt    time.Time    // of the observation
	nextAttempt  time.Time
	backoff      time.Duration
	failingSince time.Time // since when nothing could be observed, zero when something was

	latest    *session.Observation
	reported  *session.Observation // the latest that the session knows
	reporting bool                 // a report is not answered yet
}

// newMonitor describes the monitor of a session's room.
func (s *Service) newMonitor(id protocol.SessionID, parent *actor.PID, check session.RoomCheck) *actor.Props {
	return s.System.Props(func() actor.Actor {
		return &monitor{Env: s.Env, system: s.System, observations: s.observations, jitter: s.Jitter, session: id, parent: parent, check: check}
	})
}

// Messages of a monitor to itself.
type (
	// observed is one result of the observer.
	observed struct{ observation session.Observation }
	// observationEnded says that the observer has returned; err is nil when the room has ended.
	observationEnded struct{ err error }
	// reportDone is the session's answer to a report.
	reportDone struct {
		observation *session.Observation
		err         *protocol.Error
	}
)

const (
	// minRetryWait is the wait after an observation that failed, doubled with each one that
	// follows up to maxRetryWait: the service of the rooms serves all the world and answers
	// those who ask too often with nothing.
	minRetryWait = 5 * time.Second
	maxRetryWait = time.Minute
	// steadyAfter is how long an observation must last for the next wait to be minRetryWait
	// again.
	steadyAfter = time.Minute
	// failAfter is how long nothing can be observed before the check has failed.
	failAfter = 15 * time.Minute
)

// Receive implements actor.Actor.
func (m *monitor) Receive(c actor.Context) {
	switch msg := c.Message().(type) {
	case *actor.Started:
		m.self = c.Self()
		m.Log.Info().Int64("session", int64(m.session)).Int64("game", int64(m.check.Play)).Msg("player check begins")
		m.observe()
	case observed:
		m.failingSince = time.Time{}
		m.setLatest(msg.observation)
	case observationEnded:
		m.observation = nil
		m.scheduleRetry(msg.err)
	case reportDone:
		m.reporting = false
		if msg.err == nil {
			m.reported = msg.observation
			m.report()
		}
	case runtime.Tick:
		m.report() // again, when the journal failed
		m.observe()
	case *actor.Stopping, *actor.Restarting:
		m.stop()
	}
}

// observe starts an observation when it is time for one.
func (m *monitor) observe() {
	if m.observation != nil || m.finished() || m.Now().Before(m.nextAttempt) {
		return
	}
	root, self := m.system.Root, m.self
	m.startedAt = m.Now()
	m.observation = m.observations.start(m.check.RoomCode,
		func(o session.Observation) { root.Send(self, observed{o}) },
		func(err error) { root.Send(self, observationEnded{err}) })
}

// errNoEnd is for an observer that returns nil without having told of the room's end.
var errNoEnd = errors.New("the observation ended and told no end")

// scheduleRetry sets the time of the next observation after one that has ended early, and fails
// the check when nothing could be observed for too long.
func (m *monitor) scheduleRetry(err error) {
	if m.finished() {
		return
	}
	if err == nil {
		err = errNoEnd
	}
	now := m.Now()
	if m.failingSince.IsZero() {
		m.failingSince = now
	}
	m.backoff = min(max(2*m.backoff, minRetryWait), maxRetryWait)
	if now.Sub(m.startedAt) >= steadyAfter {
		m.backoff = minRetryWait
	}
	// A quarter up or down, so that the monitors of one session night do not ask all at once.
	m.nextAttempt = now.Add(time.Duration((0.75 + m.jitter()/2) * float64(m.backoff)))
	m.Log.Warn().Err(err).Int64("session", int64(m.session)).Int64("game", int64(m.check.Play)).Dur("again", m.nextAttempt.Sub(now)).Msg("player check sees nothing")
	if now.Sub(m.failingSince) >= failAfter {
		m.setLatest(session.Observation{Status: fact.CheckFailed})
	}
}

// setLatest reports an observation. After the last one of a check there are none.
func (m *monitor) setLatest(o session.Observation) {
	if !m.finished() {
		m.latest = &o
		m.report()
	}
}

// finished says that the last observation of the check was made.
func (m *monitor) finished() bool { return m.latest != nil && m.latest.Over() }

// report sends the latest observation to the session, one at a time: the next one follows the
// answer, and those that are outdated by then are not sent.
func (m *monitor) report() {
	if m.reporting || m.latest == m.reported {
		return
	}
	m.reporting = true
	latest, root, self := m.latest, m.system.Root, m.self
	root.Send(m.parent, &ledger.Command{
		Cmd: session.ObservePlayers{ID: m.session, GameID: m.check.Play, Run: m.check.Run, Observation: *latest},
		Responder: ledger.Responder{Done: func(_ any, err *protocol.Error) {
			root.Send(self, reportDone{latest, err})
		}},
	})
}

// stop stops the observation.
func (m *monitor) stop() {
	if m.observation != nil {
		m.observation.stop()
		m.observation = nil
	}
	m.Log.Info().Int64("session", int64(m.session)).Int64("game", int64(m.check.Play)).Msg("player check ends")
}
