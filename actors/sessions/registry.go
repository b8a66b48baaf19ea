package sessions

import (
	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/protocol"
)

// registry is the parent of all session actors: it starts them and ends them.
type registry struct {
	service *Service
	// children are the sessions that run; draining holds the messages that came for a session
	// that has been told to end and has not ended.
	children map[protocol.SessionID]*actor.PID
	byPID    map[string]protocol.SessionID
	draining map[protocol.SessionID][]any
	done     chan<- struct{} // of closeAll, nil when it is closed or there was none
	closed   bool            // no session is woken any more
}

func newRegistry(s *Service) *registry {
	return &registry{service: s, children: map[protocol.SessionID]*actor.PID{}, byPID: map[string]protocol.SessionID{}, draining: map[protocol.SessionID][]any{}}
}

// forwarded is a message for a session that may be asleep.
type forwarded struct {
	runtime.Quiet
	id      protocol.SessionID
	message any
}

// Respond answers the message inside, if it is a request.
func (f *forwarded) Respond(answer any, err *protocol.Error) {
	if r, ok := f.message.(ledger.Request); ok {
		r.Respond(answer, err)
	}
}

// passivate asks the registry to end an idle session.
type passivate struct {
	runtime.Quiet
	id  protocol.SessionID
	pid *actor.PID
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
		r.forward(c, m)
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

// forward sends the message inside to the session, which it wakes if need be.
func (r *registry) forward(c actor.Context, m *forwarded) {
	if r.closed {
		m.Respond(nil, protocol.ShuttingDown())
		return
	}
	if waiting, ok := r.draining[m.id]; ok {
		r.draining[m.id] = append(waiting, m.message)
		return
	}
	pid, ok := r.children[m.id]
	if !ok {
		pid = r.wake(c, m.id)
	}
	c.Send(pid, m.message)
}

func (r *registry) wake(c actor.Context, id protocol.SessionID) *actor.PID {
	self := c.Self()
	pid := c.Spawn(r.service.System.Props(func() actor.Actor { return newSessionActor(r.service, id, self) }))
	r.children[id], r.byPID[pid.Id] = pid, id
	r.service.addresses.put(id, pid)
	return pid
}

// passivate is the first of two phases: the address is removed, so that from here on messages
// come only through the registry, and Drain is the last message that the session gets. The
// session ends itself when everything before that is answered.
func (r *registry) passivate(c actor.Context, id protocol.SessionID, pid *actor.PID) {
	if _, draining := r.draining[id]; draining || !pid.Equal(r.children[id]) {
		return
	}
	r.service.addresses.remove(id)
	r.draining[id] = nil
	c.Send(pid, runtime.Drain{})
}

// terminated is the second phase: the messages that came in between wake the session again.
func (r *registry) terminated(c actor.Context, who *actor.PID) {
	id, ok := r.byPID[who.Id]
	if !ok {
		return
	}
	delete(r.byPID, who.Id)
	delete(r.children, id)
	r.service.addresses.remove(id)
	if !r.service.directory.exists(id) {
		c.Send(r.service.eraser, &eraseRequest{[]protocol.SessionID{id}})
	}
	waiting := r.draining[id]
	delete(r.draining, id)
	for _, m := range waiting {
		r.forward(c, &forwarded{id: id, message: m})
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

// reportClosed closes the channel of closeAll when the last session has ended.
func (r *registry) reportClosed() {
	if r.done != nil && len(r.children) == 0 {
		close(r.done)
		r.done = nil
	}
}
