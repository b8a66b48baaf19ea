package ledger

import (
	"runtime/debug"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/runtime"
	"partyline/protocol"
)

// Actor is the protoactor actor around a Ledger. It is all there is to the catalogue and
// the access tokens; sessions and webhooks embed it.
type Actor[F any, S State[F]] struct {
	*Ledger[F, S]
	System *runtime.System
}

// Receive implements actor.Actor.
func (a *Actor[F, S]) Receive(c actor.Context) {
	defer a.RecoverActor(c.Message())
	switch m := c.Message().(type) {
	case *actor.Started:
		a.start(c.Self())
	case Request:
		a.Handle(m)
	case runtime.Wake:
		a.ReleaseDurable()
	case runtime.Tick:
		if a.mustReload {
			a.ReleaseDurable()
		}
		a.SnapshotIfIdle()
	case *actor.Stopping:
		a.SnapshotIfIdle()
		a.FailAll(protocol.ShuttingDown())
	}
}

// start loads the state. When that fails the actor lives on and answers with the error, and
// every tick tries again.
func (a *Actor[F, S]) start(self *actor.PID) {
	a.wake = func() { a.System.Send(self, runtime.Wake{}) }
	_ = a.Load() // logged there, and remembered in mustReload
}

// RecoverActor is deferred around the handling of a message. It keeps a panic from ending
// the actor: every request that waits is answered, and the state is loaded again.
func (a *Actor[F, S]) RecoverActor(message any) {
	p := recover()
	if p == nil {
		return
	}
	a.Log.Error().Interface("panic", p).Str("stream", a.stream).Bytes("stack", debug.Stack()).Msg("actor panicked")
	a.Counters.Restarts.Add(1)
	a.mustReload = true
	if r, ok := message.(Request); ok {
		r.Respond(nil, protocol.Internal())
	}
	a.FailAll(protocol.Internal())
}
