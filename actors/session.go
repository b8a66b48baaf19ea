package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/actors/session"
	"partyline/actors/session/fact"
	"partyline/protocol"
)

type (
	sessionQuery = ledger.Query[*session.State]
)

// sessionActor is one game night: a ledger, and a feed while somebody watches.
type sessionActor struct {
	ledger.Actor[fact.Fact, *session.State]
	id            protocol.SessionID
	self          *actor.PID
	parent        *actor.PID
	directory     *directory
	joinCodes     *joinCodes
	announcements *announcements
	feedState
	// countdown is of the open poll; draw decides its ties.
	pollTimer pollTimer
	draw      func() float64
	// room is the check that is running; looking counts the actors of checks that have
	// not ended; stirred says that another one may be wanted.
	monitor      monitorRef
	monitors     int
	checkDirty   bool
	observations *observations
	newMonitor   func(protocol.SessionID, *actor.PID, session.RoomCheck) *actor.Props

	lastUsed    time.Time     // when somebody last asked; zero when nobody has
	idleTimeout time.Duration // how long unused before it asks to end
	loaded      bool          // has been read once
	// resigned: the registry has been asked to end this actor; ending: it has agreed;
	// gone: it has ended.
	passivating, draining, stopped bool
}

// retire asks the registry to end an idle session.
type passivate struct {
	runtime.Quiet
	id  protocol.SessionID
	pid *actor.PID
}

func streamOf(id protocol.SessionID) string { return sessionPrefix + id.String() }

// sessionPrefix is the beginning of the names of all sessions' streams.
const sessionPrefix = "session/"

func (h *Hub) newSession(id protocol.SessionID, parent *actor.PID) *sessionActor {
	a := &sessionActor{
		id: id, parent: parent, directory: h.directory, joinCodes: h.joinCodes, announcements: h.announcements, draw: h.draw, idleTimeout: h.idleTimeout,
		observations: h.observations, newMonitor: h.newMonitor,
	}
	a.System = h.system
	a.Ledger = ledger.New(streamOf(id), ledger.Kind[fact.Fact, *session.State]{
		New:        func() *session.State { return session.New(id) },
		AppendFact: fact.Append,
		ReadFact:   fact.Read,
		Version:    session.SnapshotVersion,
	}, ledger.Hooks[fact.Fact, *session.State]{OnDurable: a.onDurable, Publish: a.onPublish, OnLoaded: a.onLoaded}, &h.env)
	return a
}

// Receive implements actor.Actor.
func (a *sessionActor) Receive(c actor.Context) {
	defer a.RecoverActor(c.Message())
	a.receive(c)
	a.ensureMonitor(c)
	if a.draining && a.Ledger.Idle() && a.Quiescent() && a.monitors == 0 {
		a.draining = false
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
		a.pollTimer.stop()
		a.closeFeed()
		a.stopped = true
	case *subscribeRequest:
		a.Handle(a.subscribeQuery(m))
		return
	case *wake:
		a.Handle(a.wakeQuery(m))
		return
	case ledger.Request:
		a.lastUsed = a.Now()
		a.expireFirst(m)
	case *actor.Terminated:
		a.monitorStopped(m.Who)
	case pollExpired:
		a.pollTimer.fire(m)
		a.endExpiredPoll()
	case *unsubscribe:
		a.unsubscribe(m.feed)
	case *refresh:
		a.refreshFeed(m.feed)
	case runtime.Tick:
		a.pollTimer.failed = false
		a.endExpiredPoll()
		a.passivateWhenIdle(c)
		a.tickMonitor(c)
	case runtime.Drain:
		a.drain(c)
	}
	a.Actor.Receive(c)
}

// lastCall is the last message of others: what is running goes on after waking.
func (a *sessionActor) drain(c actor.Context) {
	a.draining = true
	if a.hasWork() {
		a.wakeAgain()
	}
	a.stopMonitor(c)
}

// durable counts facts that are on disk, before their answers leave.
func (a *sessionActor) onDurable(f fact.Fact) {
	switch f := f.(type) {
	case *fact.Opened:
		a.directory.update(a.id, true, true)
	case *fact.VoteCast:
		a.Counters.Votes.Add(1)
	case *fact.ChatImported:
		a.Counters.Votes.Add(f.Total())
	case *fact.PollStarted:
		a.startPollTimer(a.State)
	case *fact.PollEnded:
		a.pollTimer.stop()
	case *fact.PlayerCheckMoved, *fact.PlayerCountSet:
		a.checkDirty = true
	case *fact.JoinSet:
		a.joinCodes.change(a.id, f.Generation, f.Code)
	case *fact.Closed:
		a.directory.update(a.id, true, false)
		a.joinCodes.set(a.id, 0, "")
	case *fact.Deleted:
		a.directory.update(a.id, false, false)
	}
	a.feedState.update(f)
}

// publish tells the screens. The first event of a session goes to everybody.
func (a *sessionActor) onPublish(events [][]byte, last protocol.Seq) {
	if last == protocol.Seq(len(events)) {
		a.announcements.publish(events[0])
	}
	if a.feed != nil {
		a.feed.Publish(events...)
	}
}

// reborn is told of each reading from the journal: what listeners had of the past
// incarnation ends, and the directory learns what is true. At the first reading of a
// session that is being created there is nothing yet, and its place is reserved.
func (a *sessionActor) onLoaded(h *session.State) {
	if h.Exists() || a.loaded {
		a.directory.update(a.id, h.Exists(), h.Exists() && h.Session().IsActive)
	}
	a.joinCodes.set(a.id, h.Generation(), h.Code())
	a.loaded, a.checkDirty = true, true
	h.Look(a.Clock.Read())
	a.startPollTimer(h)
	a.closeFeed()
}

// pastPatience is for sessions that are over. Anybody may ask for them, and whoever asks
// for one after the other must not have all there ever were in memory.
const closedIdleTimeout = 10 * time.Second

// untilRest is how long the session stays awake unused.
func (a *sessionActor) idleLimit() time.Duration {
	if a.MustReload() || a.State.Active() {
		return a.idleTimeout
	}
	return min(a.idleTimeout, closedIdleTimeout)
}

// retireWhenIdle asks the registry to end this actor; it goes on until it is told to.
// While something is running it stays.
func (a *sessionActor) passivateWhenIdle(c actor.Context) {
	damaged := a.LoadFailed() && a.Quiescent()
	if a.passivating || a.hasWork() || a.feed != nil || a.MustReload() && !damaged || !a.Ledger.Idle() || a.Now().Sub(a.lastUsed) < a.idleLimit() {
		return
	}
	a.passivating = true
	c.Send(a.parent, &passivate{id: a.id, pid: c.Self()})
}
