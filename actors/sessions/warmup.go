package sessions

import (
	"sync"

	"partyline/actors/ledger"
	"partyline/actors/rules/session"
	"partyline/protocol"
)

// warmup loads the sessions that are active when the hub starts, so that what one of them has
// running (a player check, a poll) goes on before anybody asks. Sessions that have nothing
// running are passivated at the next tick.
type warmup struct {
	mu      sync.Mutex
	waiting []protocol.SessionID // in the order of loading
	stopped bool
	send    func(protocol.SessionID, any) *protocol.Error
}

// warmupParallel is how many sessions are loaded at the same time. A load takes a core, and
// sessions that somebody asks for come first.
const warmupParallel = 2

// wake loads a session and asks for nothing.
type wake struct{ ledger.Responder }

// start loads the first sessions; the end of each load, failed or not, begins the next. It does
// not wait.
func (w *warmup) start(ids []protocol.SessionID) {
	w.mu.Lock()
	w.waiting = ids
	w.mu.Unlock()
	for range warmupParallel {
		w.next(nil, nil)
	}
}

func (w *warmup) next(any, *protocol.Error) {
	for {
		id, more := w.pop()
		if !more || w.send(id, &wake{ledger.Responder{Done: w.next}}) == nil {
			return
		}
	}
}

func (w *warmup) pop() (id protocol.SessionID, more bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped || len(w.waiting) == 0 {
		return 0, false
	}
	id, w.waiting = w.waiting[0], w.waiting[1:]
	return id, true
}

// stop begins no further load.
func (w *warmup) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
}

// wakeQuery turns the request into a query that is answered when the session is loaded. It does
// not count as a use of the session, unless the load failed: then the session stays awake, and
// every tick tries again.
func (a *sessionActor) wakeQuery(w *wake) *Query {
	if a.MustReload() {
		a.lastUsed = a.Now()
	}
	return &Query{Responder: w.Responder, Read: func(*session.State, protocol.Seq) (any, *protocol.Error) { return nil, nil }}
}

// hasWork says whether something is running in the session. It is false while the state must be
// reloaded.
func (a *sessionActor) hasWork() bool { return !a.MustReload() && a.State.Busy() }

// wakeAgain has the session loaded again as soon as it has ended, because something was begun
// after it had asked to be passivated.
func (a *sessionActor) wakeAgain() {
	a.System.Send(a.parent, &forwarded{id: a.id, message: &wake{ledger.Responder{Done: func(any, *protocol.Error) {}}}})
}
