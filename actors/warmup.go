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
type warmup struct {
	mu      sync.Mutex
	waiting []protocol.SessionID // in the order of waking
	stopped bool
	send    func(protocol.SessionID, any) *protocol.Error
}

// rouseAtOnce is how many are read at the same time. Reading takes a processor, and
// what somebody asks for must not wait for what nobody has asked for.
const warmupParallel = 2

// rouse wakes a session and asks nothing of it.
type wake struct{ ledger.Responder }

// start wakes the first; each one that has been read, or could not be, brings the next.
// It does not wait.
func (r *warmup) start(ids []protocol.SessionID) {
	r.mu.Lock()
	r.waiting = ids
	r.mu.Unlock()
	for range warmupParallel {
		r.next(nil, nil)
	}
}

func (r *warmup) next(any, *protocol.Error) {
	for {
		id, more := r.pop()
		if !more || r.send(id, &wake{ledger.Responder{Done: r.next}}) == nil {
			return
		}
	}
}

func (r *warmup) pop() (id protocol.SessionID, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped || len(r.waiting) == 0 {
		return 0, false
	}
	id, r.waiting = r.waiting[0], r.waiting[1:]
	return id, true
}

// stop has no further ones woken.
func (r *warmup) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
}

// rousing turns the request into a query that is answered when the state has been read.
// It is no use of the session, but where the journal failed: then it stays, and every
// sweep tries again.
func (a *sessionActor) wakeQuery(r *wake) *sessionQuery {
	if a.MustReload() {
		a.lastUsed = a.Now()
	}
	return &sessionQuery{Responder: r.Responder, Read: func(*session.State, protocol.Seq) (any, *protocol.Error) { return nil, nil }}
}

// busy says whether the session has something running. While the state is in doubt
// nothing is.
func (a *sessionActor) hasWork() bool { return !a.MustReload() && a.State.Busy() }

// comeBack has the session woken again as soon as it has ended: something was begun
// after it had asked to be put to sleep.
func (a *sessionActor) wakeAgain() {
	a.System.Send(a.parent, &forwarded{id: a.id, message: &wake{ledger.Responder{Done: func(any, *protocol.Error) {}}}})
}
