package actors

import (
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/actors/session"
	"partyline/protocol"
)

// roomActor is the check of one room: it sends an observer, sends another one after a
// while when that comes back with empty hands, and brings what was seen to the session,
// whose state decides what is new. It ends with the check, as its session's child.
type roomActor struct {
	ledger.Env
	system   *runtime.System
	lookouts *lookouts
	jitter   func() float64
	session  protocol.SessionID
	parent   *actor.PID
	self     *actor.PID
	check    session.RoomCheck

	out     *lookout // nil while none is under way
	sent    time.Time
	due     time.Time // of the next one
	pause   time.Duration
	failing time.Time // since when nothing was seen, zero when something was

	seen      *session.Observation // what was seen last
	reported  *session.Observation // what the session knows of that
	reporting bool                 // it is being told
}

// messages that only a room understands
type (
	// sighted is what the observer tells.
	sighted struct{ sight session.Observation }
	// returned says that the observer is back; err is nil at the end of the room.
	returned struct{ err error }
	// reported says what came of telling the session.
	reported struct {
		sight *session.Observation
		err   *protocol.Error
	}
)

const (
	// lookoutPause is the wait after an observation that failed, doubled with each one
	// that follows up to lookoutMost: the service of the rooms serves all the world and
	// answers those who ask too often with nothing.
	lookoutPause = 5 * time.Second
	lookoutMost  = time.Minute
	// lookoutSteady is how long an observation lasts that begins the waits anew.
	lookoutSteady = time.Minute
	// lookoutPatience is how long nothing can be seen before the check has failed.
	lookoutPatience = 15 * time.Minute
)

// Receive implements actor.Actor.
func (r *roomActor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		r.self = c.Self()
		r.Log.Info().Int64("session", int64(r.session)).Int64("game", int64(r.check.Play)).Msg("player check begins")
		r.observe()
	case sighted:
		r.failing = time.Time{}
		r.see(m.sight)
	case returned:
		r.out = nil
		r.again(m.err)
	case reported:
		r.reporting = false
		if m.err == nil {
			r.reported = m.sight
			r.report()
		}
	case runtime.Tick:
		r.report() // again, when the journal failed
		r.observe()
	case *actor.Stopping, *actor.Restarting:
		r.quit()
	}
}

// observe sends the observer when it is time.
func (r *roomActor) observe() {
	if r.out != nil || r.over() || r.Now().Before(r.due) {
		return
	}
	root, self := r.system.Root, r.self
	r.sent = r.Now()
	r.out = r.lookouts.start(r.check.RoomCode,
		func(s session.Observation) { root.Send(self, sighted{s}) },
		func(err error) { root.Send(self, returned{err}) })
}

// errUnsaid is for an observer that comes back without a word.
var errUnsaid = errors.New("the observation ended and told no end")

// again decides when to look again, or that there is nothing to be seen.
func (r *roomActor) again(err error) {
	if r.over() {
		return
	}
	if err == nil {
		err = errUnsaid
	}
	now := r.Now()
	if r.failing.IsZero() {
		r.failing = now
	}
	r.pause = min(max(2*r.pause, lookoutPause), lookoutMost)
	if now.Sub(r.sent) >= lookoutSteady {
		r.pause = lookoutPause
	}
	// A quarter up or down, so that the rooms of one evening do not ask all at once.
	r.due = now.Add(time.Duration((0.75 + r.jitter()/2) * float64(r.pause)))
	r.Log.Warn().Err(err).Int64("session", int64(r.session)).Int64("game", int64(r.check.Play)).Dur("again", r.due.Sub(now)).Msg("player check sees nothing")
	if now.Sub(r.failing) >= lookoutPatience {
		r.see(session.Observation{Status: session.CheckFailed})
	}
}

// see takes note of a sight. After the end there is none.
func (r *roomActor) see(s session.Observation) {
	if !r.over() {
		r.seen = &s
		r.report()
	}
}

func (r *roomActor) over() bool { return r.seen != nil && r.seen.Over() }

// report tells the session what was seen last, one at a time: what is seen meanwhile
// follows, and what is outdated by then is never told.
func (r *roomActor) report() {
	if r.reporting || r.seen == r.reported {
		return
	}
	r.reporting = true
	sight, root, self := r.seen, r.system.Root, r.self
	root.Send(r.parent, &ledger.Command{
		Cmd: session.ObservePlayers{ID: r.session, GameID: r.check.Play, Run: r.check.Run, Observation: *sight},
		Responder: ledger.Responder{Done: func(_ any, err *protocol.Error) {
			root.Send(self, reported{sight, err})
		}},
	})
}

// quit ends what goes on outside.
func (r *roomActor) quit() {
	if r.out != nil {
		r.out.recall()
		r.out = nil
	}
	r.Log.Info().Int64("session", int64(r.session)).Int64("game", int64(r.check.Play)).Msg("player check ends")
}
