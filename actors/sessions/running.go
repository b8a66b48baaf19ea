package sessions

import (
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/runtime"
	"partyline/protocol"
)

// runningActors are the actors of the sessions that are awake, so that a vote does not pass the
// registry. A message is sent under the read lock: whoever has removed an address under the
// write lock knows that nothing more will be sent to it.
type runningActors struct {
	mu   sync.RWMutex
	pids map[protocol.SessionID]*actor.PID
}

// send sends to a session that is awake, and says whether it is.
func (a *runningActors) send(system *runtime.System, id protocol.SessionID, m any) bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	pid, ok := a.pids[id]
	if ok {
		system.Send(pid, m)
	}
	return ok
}

// sendHere is send for a sender that is no actor: run, unless nil, runs the session's actor on
// the sender's goroutine.
func (a *runningActors) sendHere(system *runtime.System, id protocol.SessionID, m any) (run func(), ok bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	pid, ok := a.pids[id]
	if !ok {
		return nil, false
	}
	return system.SendHere(pid, m), true
}

func (a *runningActors) put(id protocol.SessionID, pid *actor.PID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pids[id] = pid
}

func (a *runningActors) remove(id protocol.SessionID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.pids, id)
}
