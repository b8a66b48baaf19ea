package actors

import (
	"sync"

	"partyline/actors/ledger"
	"partyline/actors/session"
	"partyline/protocol"
)

// rouser wakes the sessions that are active when the hub starts: what one of them has
// running (a check of a room, a countdown) goes on without anybody asking. Those that
// have nothing running go back to sleep with the next sweep.
type rouser struct {
	mu     sync.Mutex
	asleep []protocol.SessionID // in the order of waking
	ended  bool
	send   func(protocol.SessionID, any) *protocol.Error
}

// rouseAtOnce is how many are read at the same time. Reading takes a processor, and
// what somebody asks for must not wait for what nobody has asked for.
const rouseAtOnce = 2

// rouse wakes a session and asks nothing of it.
type rouse struct{ ledger.Responder }

// start wakes the first; each one that has been read, or could not be, brings the next.
// It does not wait.
func (r *rouser) start(ids []protocol.SessionID) {
	r.mu.Lock()
	r.asleep = ids
	r.mu.Unlock()
	for range rouseAtOnce {
		r.next(nil, nil)
	}
}

func (r *rouser) next(any, *protocol.Error) {
	for {
		id, more := r.take()
		if !more || r.send(id, &rouse{ledger.Responder{Done: r.next}}) == nil {
			return
		}
	}
}

func (r *rouser) take() (id protocol.SessionID, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended || len(r.asleep) == 0 {
		return 0, false
	}
	id, r.asleep = r.asleep[0], r.asleep[1:]
	return id, true
}

// stop has no further ones woken.
func (r *rouser) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
}

// rousing turns the request into a query that is answered when the state has been read.
// It is no use of the session, but where the journal failed: then it stays, and every
// sweep tries again.
func (a *sessionActor) rousing(r *rouse) *sessionQuery {
	if a.MustReload() {
		a.used = a.Now()
	}
	return &sessionQuery{Responder: r.Responder, Read: func(*session.State, protocol.Seq) (any, *protocol.Error) { return nil, nil }}
}

// busy says whether the session has something running. While the state is in doubt
// nothing is.
func (a *sessionActor) busy() bool { return !a.MustReload() && a.State.Busy() }

// comeBack has the session woken again as soon as it has ended: something was begun
// after it had asked to be put to sleep.
func (a *sessionActor) comeBack() {
	a.System.Send(a.parent, &deliver{id: a.id, message: &rouse{ledger.Responder{Done: func(any, *protocol.Error) {}}}})
}
