package actors

import (
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/protocol"
)

// routes tell where the awake sessions are, so that a vote needs no stop at the
// registry. A message is sent under the read lock: whoever has removed a route under
// the write lock knows that nothing more will be sent by it.
type addresses struct {
	mu   sync.RWMutex
	pids map[protocol.SessionID]*actor.PID
}

func (r *addresses) send(system *runtime.System, id protocol.SessionID, m any) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	pid, ok := r.pids[id]
	if ok {
		system.Send(pid, m)
	}
	return ok
}

func (r *addresses) put(id protocol.SessionID, pid *actor.PID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pids[id] = pid
}

func (r *addresses) remove(id protocol.SessionID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.pids, id)
}

// registry is the parent of all sessions: it wakes them and puts them to sleep.
type registry struct {
	hub *Hub
	// children are the sessions that run; leaving holds what came for one that has
	// been told to end and has not ended.
	children map[protocol.SessionID]*actor.PID
	byPID    map[string]protocol.SessionID
	draining map[protocol.SessionID][]any
	done     chan<- struct{}
	// shut: nobody is woken any more.
	closed bool
}

// deliver is a message for a session that may be asleep.
type forwarded struct {
	runtime.Quiet
	id      protocol.SessionID
	message any
}

// closeAll ends every session and then closes done.
type closeAll struct {
	runtime.Quiet
	done chan<- struct{}
}

// Receive implements actor.Actor.
func (r *registry) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *forwarded:
		r.forward(c, m.id, m.message)
	case *passivate:
		r.passivate(c, m.id, m.pid)
	case *actor.Terminated:
		r.terminated(c, m.Who)
	case runtime.Tick:
		for _, pid := range r.children {
			c.Send(pid, m)
		}
	case *closeAll:
		r.closeAll(c, m.done)
	}
}

func (r *registry) forward(c actor.Context, id protocol.SessionID, m any) {
	if r.closed {
		if a, ok := m.(ledger.Request); ok {
			a.Respond(nil, protocol.ShuttingDown())
		}
		return
	}
	if waiting, ok := r.draining[id]; ok {
		r.draining[id] = append(waiting, m)
		return
	}
	pid, ok := r.children[id]
	if !ok {
		pid = r.wake(c, id)
	}
	c.Send(pid, m)
}

func (r *registry) wake(c actor.Context, id protocol.SessionID) *actor.PID {
	self := c.Self()
	pid := c.Spawn(r.hub.system.Props(func() actor.Actor { return r.hub.newSession(id, self) }))
	r.children[id], r.byPID[pid.Id] = pid, id
	r.hub.routes.put(id, pid)
	return pid
}

// retire is the first phase of passivation: from here on nothing is sent to the
// session past the registry, so the last call is the last message it gets. It ends
// itself when everything before that is answered.
func (r *registry) passivate(c actor.Context, id protocol.SessionID, pid *actor.PID) {
	if _, gone := r.draining[id]; gone || !pid.Equal(r.children[id]) {
		return
	}
	r.hub.routes.remove(id)
	r.draining[id] = nil
	c.Send(pid, runtime.Drain{})
}

// terminated is the second phase: what came in between wakes the session again.
func (r *registry) terminated(c actor.Context, who *actor.PID) {
	id, ok := r.byPID[who.Id]
	if !ok {
		return
	}
	delete(r.byPID, who.Id)
	delete(r.children, id)
	r.hub.routes.remove(id)
	if !r.hub.directory.exists(id) {
		c.Send(r.hub.eraser, &eraseRequest{[]protocol.SessionID{id}})
	}
	waiting := r.draining[id]
	delete(r.draining, id)
	for _, m := range waiting {
		r.forward(c, id, m)
	}
	r.reportClosed()
}

func (r *registry) closeAll(c actor.Context, done chan<- struct{}) {
	r.done, r.closed = done, true
	for id, pid := range r.children {
		r.passivate(c, id, pid)
	}
	r.reportClosed()
}

func (r *registry) reportClosed() {
	if r.done != nil && len(r.children) == 0 {
		close(r.done)
		r.done = nil
	}
}
