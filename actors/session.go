package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/actors/session"
	"partyline/protocol"
)

type (
	sessionQuery = ledger.Query[*session.State]
)

// sessionActor is one game night: a ledger, and a feed while somebody watches.
type sessionActor struct {
	ledger.Actor[session.Fact, *session.State]
	id          protocol.SessionID
	self        *actor.PID
	parent      *actor.PID
	directory   *directory
	invitations *invitations
	lobby       *lobby
	audience
	// countdown is of the open poll; draw decides its ties.
	countdown countdown
	draw      func() float64
	// room is the check that is running; looking counts the actors of checks that have
	// not ended; stirred says that another one may be wanted.
	room     room
	looking  int
	stirred  bool
	lookouts *lookouts
	newRoom  func(protocol.SessionID, *actor.PID, session.RoomCheck) *actor.Props

	used     time.Time     // when somebody last asked; zero when nobody has
	patience time.Duration // how long unused before it asks to end
	born     bool          // has been read once
	// resigned: the registry has been asked to end this actor; ending: it has agreed;
	// gone: it has ended.
	resigned, ending, gone bool
}

// lastCall says that nothing more will be sent: end when everybody is answered.
type lastCall struct{ runtime.Quiet }

// retire asks the registry to end an idle session.
type retire struct {
	runtime.Quiet
	id  protocol.SessionID
	pid *actor.PID
}

func streamOf(id protocol.SessionID) string { return sessionPrefix + id.String() }

// sessionPrefix is the beginning of the names of all sessions' streams.
const sessionPrefix = "session/"

func (h *Hub) newSession(id protocol.SessionID, parent *actor.PID) *sessionActor {
	a := &sessionActor{
		id: id, parent: parent, directory: h.directory, invitations: h.invitations, lobby: h.lobby, draw: h.draw, patience: h.patience,
		lookouts: h.lookouts, newRoom: h.newRoom,
	}
	a.System = h.system
	a.Ledger = ledger.New(streamOf(id), ledger.Kind[session.Fact, *session.State]{
		New:        func() *session.State { return session.New(id) },
		AppendFact: session.AppendFact,
		ReadFact:   session.ReadFact,
		Version:    session.SnapshotVersion,
	}, ledger.Hooks[session.Fact, *session.State]{OnDurable: a.durable, Publish: a.publish, OnLoaded: a.reborn}, &h.env)
	return a
}

// Receive implements actor.Actor.
func (a *sessionActor) Receive(c actor.Context) {
	defer a.RecoverActor(c.Message())
	a.receive(c)
	a.look(c)
	if a.ending && a.Ledger.Idle() && a.Quiescent() && a.looking == 0 {
		a.ending = false
		c.Stop(c.Self())
	}
}

func (a *sessionActor) receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.self = c.Self()
		a.Counters.Sessions.Add(1)
	case *actor.Stopping:
		a.Counters.Sessions.Add(-1)
		a.countdown.stop()
		a.closeFeed()
		a.gone = true
	case *watchRequest:
		a.Handle(a.watching(m))
		return
	case *rouse:
		a.Handle(a.rousing(m))
		return
	case ledger.Request:
		a.used = a.Now()
		a.precede(m)
	case *actor.Terminated:
		a.roomLeft(m.Who)
	case timeIsUp:
		a.countdown.ring(m)
		a.endPoll()
	case *unwatch:
		a.unwatch(m.feed)
	case *refresh:
		a.refresh(m.feed)
	case runtime.Tick:
		a.countdown.failed = false
		a.endPoll()
		a.retireWhenIdle(c)
		a.sweepRoom(c)
	case lastCall:
		a.lastCall(c)
	}
	a.Actor.Receive(c)
}

// lastCall is the last message of others: what is running goes on after waking.
func (a *sessionActor) lastCall(c actor.Context) {
	a.ending = true
	if a.busy() {
		a.comeBack()
	}
	a.leaveRoom(c)
}

// durable counts facts that are on disk, before their answers leave.
func (a *sessionActor) durable(f session.Fact) {
	switch f := f.(type) {
	case *session.Opened:
		a.directory.note(a.id, true, true)
	case *session.VoteCast:
		a.Counters.Votes.Add(1)
	case *session.ChatImported:
		a.Counters.Votes.Add(f.Total())
	case *session.PollStarted:
		a.countDown(a.State)
	case *session.PollEnded:
		a.countdown.stop()
	case *session.PlayerCheckMoved, *session.PlayerCountSet:
		a.stirred = true
	case *session.JoinSet:
		a.invitations.set(a.id, f.Generation, f.Code)
	case *session.Closed:
		a.directory.note(a.id, true, false)
		a.invitations.note(a.id, 0, "")
	case *session.Deleted:
		a.directory.note(a.id, false, false)
	}
	a.audience.note(f)
}

// publish tells the screens. The first event of a session goes to everybody.
func (a *sessionActor) publish(events [][]byte, last protocol.Seq) {
	if last == protocol.Seq(len(events)) {
		a.lobby.announce(events[0])
	}
	if a.feed != nil {
		a.feed.Publish(events...)
	}
}

// reborn is told of each reading from the journal: what listeners had of the past
// incarnation ends, and the directory learns what is true. At the first reading of a
// session that is being created there is nothing yet, and its place is reserved.
func (a *sessionActor) reborn(h *session.State) {
	if h.Exists() || a.born {
		a.directory.note(a.id, h.Exists(), h.Exists() && h.Session().IsActive)
	}
	a.invitations.note(a.id, h.Generation(), h.Code())
	a.born, a.stirred = true, true
	h.Look(a.Clock.Read())
	a.countDown(h)
	a.closeFeed()
}

// pastPatience is for sessions that are over. Anybody may ask for them, and whoever asks
// for one after the other must not have all there ever were in memory.
const pastPatience = 10 * time.Second

// untilRest is how long the session stays awake unused.
func (a *sessionActor) untilRest() time.Duration {
	if a.MustReload() || a.State.Active() {
		return a.patience
	}
	return min(a.patience, pastPatience)
}

// retireWhenIdle asks the registry to end this actor; it goes on until it is told to.
// While something is running it stays.
func (a *sessionActor) retireWhenIdle(c actor.Context) {
	damaged := a.LoadFailed() && a.Quiescent()
	if a.resigned || a.busy() || a.feed != nil || a.MustReload() && !damaged || !a.Ledger.Idle() || a.Now().Sub(a.used) < a.untilRest() {
		return
	}
	a.resigned = true
	c.Send(a.parent, &retire{id: a.id, pid: c.Self()})
}
