package actors

import (
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/actors/session"
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// roomActor is the check of one room: it sends an observer, sends another one after a
// while when that comes back with empty hands, and brings what was seen to the session,
// whose state decides what is new. It ends with the check, as its session's child.
type monitor struct {
	ledger.Env
	system       *runtime.System
	observations *observations
	jitter       func() float64
	session      protocol.SessionID
	parent       *actor.PID
	self         *actor.PID
	check        session.RoomCheck

	observation  *observation // nil while none is under way
	startedAt    time.Time
	nextAttempt  time.Time // of the next one
	backoff      time.Duration
	failingSince time.Time // since when nothing was seen, zero when something was

	latest    *session.Observation // what was seen last
	reported  *session.Observation // what the session knows of that
	reporting bool                 // it is being told
}

// messages that only a room understands
type (
	// sighted is what the observer tells.
	observed struct{ observation session.Observation }
	// returned says that the observer is back; err is nil at the end of the room.
	observationEnded struct{ err error }
	// reported says what came of telling the session.
	reportDone struct {
		observation *session.Observation
		err         *protocol.Error
	}
)

const (
	// lookoutPause is the wait after an observation that failed, doubled with each one
	// that follows up to lookoutMost: the service of the rooms serves all the world and
	// answers those who ask too often with nothing.
	minRetryWait = 5 * time.Second
	maxRetryWait = time.Minute
	// lookoutSteady is how long an observation lasts that begins the waits anew.
	steadyAfter = time.Minute
	// lookoutPatience is how long nothing can be seen before the check has failed.
	failAfter = 15 * time.Minute
)

// Receive implements actor.Actor.
func (r *monitor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		r.self = c.Self()
		r.Log.Info().Int64("session", int64(r.session)).Int64("game", int64(r.check.Play)).Msg("player check begins")
		r.observe()
	case observed:
		r.failingSince = time.Time{}
		r.setLatest(m.observation)
	case observationEnded:
		r.observation = nil
		r.scheduleRetry(m.err)
	case reportDone:
		r.reporting = false
		if m.err == nil {
			r.reported = m.observation
			r.report()
		}
	case runtime.Tick:
		r.report() // again, when the journal failed
		r.observe()
	case *actor.Stopping, *actor.Restarting:
		r.stop()
	}
}

// observe sends the observer when it is time.
func (r *monitor) observe() {
	if r.observation != nil || r.finished() || r.Now().Before(r.nextAttempt) {
		return
	}
	root, self := r.system.Root, r.self
	r.startedAt = r.Now()
	r.observation = r.observations.start(r.check.RoomCode,
		func(s session.Observation) { root.Send(self, observed{s}) },
		func(err error) { root.Send(self, observationEnded{err}) })
}

// errUnsaid is for an observer that comes back without a word.
var errNoEnd = errors.New("the observation ended and told no end")

// again decides when to look again, or that there is nothing to be seen.
func (r *monitor) scheduleRetry(err error) {
	if r.finished() {
		return
	}
	if err == nil {
		err = errNoEnd
	}
	now := r.Now()
	if r.failingSince.IsZero() {
		r.failingSince = now
	}
	r.backoff = min(max(2*r.backoff, minRetryWait), maxRetryWait)
	if now.Sub(r.startedAt) >= steadyAfter {
		r.backoff = minRetryWait
	}
	// A quarter up or down, so that the rooms of one evening do not ask all at once.
	r.nextAttempt = now.Add(time.Duration((0.75 + r.jitter()/2) * float64(r.backoff)))
	r.Log.Warn().Err(err).Int64("session", int64(r.session)).Int64("game", int64(r.check.Play)).Dur("again", r.nextAttempt.Sub(now)).Msg("player check sees nothing")
	if now.Sub(r.failingSince) >= failAfter {
		r.setLatest(session.Observation{Status: fact.CheckFailed})
	}
}

// see takes note of a sight. After the end there is none.
func (r *monitor) setLatest(s session.Observation) {
	if !r.finished() {
		r.latest = &s
		r.report()
	}
}

func (r *monitor) finished() bool { return r.latest != nil && r.latest.Over() }

// report tells the session what was seen last, one at a time: what is seen meanwhile
// follows, and what is outdated by then is never told.
func (r *monitor) report() {
	if r.reporting || r.latest == r.reported {
		return
	}
	r.reporting = true
	sight, root, self := r.latest, r.system.Root, r.self
	root.Send(r.parent, &ledger.Command{
		Cmd: session.ObservePlayers{ID: r.session, GameID: r.check.Play, Run: r.check.Run, Observation: *sight},
		Responder: ledger.Responder{Done: func(_ any, err *protocol.Error) {
			root.Send(self, reportDone{sight, err})
		}},
	})
}

// quit ends what goes on outside.
func (r *monitor) stop() {
	if r.observation != nil {
		r.observation.stop()
		r.observation = nil
	}
	r.Log.Info().Int64("session", int64(r.session)).Int64("game", int64(r.check.Play)).Msg("player check ends")
}
