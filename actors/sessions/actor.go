package sessions

import (
	"crypto/rand"
	"encoding/binary"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/actors/runtime"
	"partyline/protocol"
)

// sessionActor runs one session: a ledger, and a feed while somebody watches.
type sessionActor struct {
	ledger.Actor[fact.Fact, *session.State]
	service *Service
	id      protocol.SessionID
	self    *actor.PID
	parent  *actor.PID
	feedState
	pollTimer pollTimer // of the open poll
	// monitor is the room monitor that runs; monitors counts those that have not ended;
	// checkDirty says that another monitor may be needed.
	monitor    monitorRef
	monitors   int
	checkDirty bool

	lastUsed time.Time // when the last request came; zero when there was none
	loaded   bool      // has been loaded once
	// passivating: the registry has been asked to end this actor; draining: the registry has
	// agreed; stopped: the actor has ended.
	passivating, draining, stopped bool
}

func newSessionActor(s *Service, id protocol.SessionID, parent *actor.PID) *sessionActor {
	a := &sessionActor{service: s, id: id, parent: parent}
	a.System = s.System
	a.Ledger = ledger.New(Stream(id), ledger.Kind[fact.Fact, *session.State]{
		New:        func() *session.State { return session.NewKeyed(id, newVoteKey()) },
		AppendFact: fact.Append,
		ReadFact:   fact.Read,
		Version:    session.SnapshotVersion,
		Oldest:     session.OldestSnapshot,
		HoldsAll:   func(f fact.Fact) bool { _, folded := f.(*fact.VotesFolded); return folded },
	}, ledger.Hooks[fact.Fact, *session.State]{OnDurable: a.onDurable, Publish: a.onPublish, OnLoaded: a.onLoaded}, &s.Env)
	return a
}

// newVoteKey draws a key that clients cannot know.
func newVoteKey() session.VoteKey {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, says crypto/rand
	return session.VoteKey{K0: binary.LittleEndian.Uint64(b[:8]), K1: binary.LittleEndian.Uint64(b[8:])}
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

// drain handles the last message from outside: the session ends when its requests are answered.
// What was begun since it asked to end goes on after another start.
func (a *sessionActor) drain(c actor.Context) {
	a.draining = true
	if a.hasWork() {
		a.wakeAgain()
	}
	a.stopMonitor(c)
}

// onDurable updates what others read of a session by a fact that is on disk, before the answer
// that tells of the fact leaves.
func (a *sessionActor) onDurable(f fact.Fact) {
	switch f := f.(type) {
	case *fact.Opened:
		a.service.directory.update(a.id, true, true)
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
		a.service.JoinCodes.change(a.id, f.Generation, f.Code)
	case *fact.Closed:
		a.service.directory.update(a.id, true, false)
		a.service.JoinCodes.set(a.id, 0, "")
	case *fact.Deleted:
		a.service.directory.update(a.id, false, false)
	}
	a.feedState.describe(f)
}

// onPublish hands durable events to the session's feed, and the first event of a session to
// the announcements too.
func (a *sessionActor) onPublish(events [][]byte, last protocol.Seq) {
	if last == protocol.Seq(len(events)) {
		a.service.announcements.publish(events[0])
	}
	if a.feed != nil {
		a.feed.Publish(events...)
	}
}

// onLoaded corrects what others know of the session after each load from the journal, and
// closes the feed, which may have the events of a state that is gone. The first load of a
// session that is being created finds nothing, and leaves its place in the directory reserved.
func (a *sessionActor) onLoaded(h *session.State) {
	if h.Exists() || a.loaded {
		a.service.directory.update(a.id, h.Exists(), h.Exists() && h.Session().IsActive)
	}
	a.service.JoinCodes.set(a.id, h.Generation(), h.Code())
	a.loaded, a.checkDirty = true, true
	h.SetClock(a.Clock.Read())
	a.startPollTimer(h)
	a.closeFeed()
}

// closedIdleTimeout is the idle timeout of sessions that are closed. Anybody may ask for them,
// and a client that asks for one after the other must not fill the memory with all there are.
const closedIdleTimeout = 10 * time.Second

// idleLimit is how long the session stays awake without requests.
func (a *sessionActor) idleLimit() time.Duration {
	if a.MustReload() || a.State.Active() {
		return a.service.IdleTimeout
	}
	return min(a.service.IdleTimeout, closedIdleTimeout)
}

// passivateWhenIdle asks the registry to end this actor, which goes on until it is drained. An
// actor with something running, a feed or a pending reload stays; one whose stream is damaged
// does not.
func (a *sessionActor) passivateWhenIdle(c actor.Context) {
	damaged := a.LoadFailed() && a.Quiescent()
	if a.passivating || a.hasWork() || a.feed != nil || a.MustReload() && !damaged || !a.Ledger.Idle() || a.Now().Sub(a.lastUsed) < a.idleLimit() {
		return
	}
	a.passivating = true
	c.Send(a.parent, &passivate{id: a.id, pid: c.Self()})
}
