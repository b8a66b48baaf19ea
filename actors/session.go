package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/session"
	"partyline/protocol"
)

type (
	sessionQuery = query[*session.State]
)

// sessionActor is one game night: a ledger, and a feed while somebody watches.
type sessionActor struct {
	keeper[session.Fact, *session.State]
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
type lastCall struct{}

// retire asks the registry to end an idle session.
type retire struct {
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
	a.system = h.system
	a.ledger = newLedger(streamOf(id), kind[session.Fact, *session.State]{
		born:       func() *session.State { return session.New(id) },
		appendFact: session.AppendFact,
		readFact:   session.ReadFact,
		version:    session.SnapshotVersion,
	}, ledgerHooks[session.Fact, *session.State]{durable: a.durable, publish: a.publish, reborn: a.reborn, keep: h.keep}, &h.environment)
	return a
}

// Receive implements actor.Actor.
func (a *sessionActor) Receive(c actor.Context) {
	defer a.endure(c.Message())
	a.receive(c)
	a.look(c)
	if a.ending && a.ledger.idle() && a.settled() && a.looking == 0 {
		a.ending = false
		c.Stop(c.Self())
	}
}

func (a *sessionActor) receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		a.self = c.Self()
		a.gauges.sessions.Add(1)
	case *actor.Stopping:
		a.gauges.sessions.Add(-1)
		a.countdown.stop()
		a.closeFeed()
		a.gone = true
	case *watchRequest:
		a.handle(a.watching(m))
		return
	case *rouse:
		a.handle(a.rousing(m))
		return
	case asker:
		a.used = a.now()
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
	case sweep:
		a.countdown.failed = false
		a.endPoll()
		a.retireWhenIdle(c)
		a.sweepRoom(c)
	case lastCall:
		a.lastCall(c)
	}
	a.keeper.Receive(c)
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
		a.gauges.votes.Add(1)
	case *session.ChatImported:
		a.gauges.votes.Add(f.Total())
	case *session.PollStarted:
		a.countDown(a.state)
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
	h.Look(a.clock.moment())
	a.countDown(h)
	a.closeFeed()
}

// pastPatience is for sessions that are over. Anybody may ask for them, and whoever asks
// for one after the other must not have all there ever were in memory.
const pastPatience = 10 * time.Second

// untilRest is how long the session stays awake unused.
func (a *sessionActor) untilRest() time.Duration {
	if a.suspect || a.state.Active() {
		return a.patience
	}
	return min(a.patience, pastPatience)
}

// retireWhenIdle asks the registry to end this actor; it goes on until it is told to.
// While something is running it stays.
func (a *sessionActor) retireWhenIdle(c actor.Context) {
	damaged := a.broken.err != nil && a.settled()
	if a.resigned || a.busy() || a.feed != nil || a.suspect && !damaged || !a.ledger.idle() || a.now().Sub(a.used) < a.untilRest() {
		return
	}
	a.resigned = true
	c.Send(a.parent, &retire{a.id, c.Self()})
}
