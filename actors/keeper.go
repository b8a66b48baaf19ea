package actors

import (
	"partyline/protocol"
	"runtime/debug"

	"github.com/asynkron/protoactor-go/actor"
)

// keeper is the actor around a ledger. It is all there is to the catalogue and the
// access tokens; a session adds its feed.
type keeper[F any, H state[F]] struct {
	*ledger[F, H]
	system *actor.ActorSystem
}

// Receive implements actor.Actor.
func (k *keeper[F, H]) Receive(c actor.Context) {
	defer k.endure(c.Message())
	switch m := c.Message().(type) {
	case *actor.Started:
		k.start(c.Self())
	case asker:
		k.handle(m)
	case wakeUp:
		k.settle()
	case sweep:
		k.sweep()
	case *actor.Stopping:
		k.end()
	}
}

// start reads the state. When that fails the actor lives on and refuses, and every
// sweep tries again.
func (k *keeper[F, H]) start(self *actor.PID) {
	k.wake = func() { k.system.Root.Send(self, wakeUp{}) }
	_ = k.begin() // logged there, and remembered as suspect
}

func (k *keeper[F, H]) sweep() {
	if k.suspect {
		k.settle()
	}
	k.rest()
}

func (k *keeper[F, H]) end() {
	k.rest()
	k.abandon(protocol.ShuttingDown())
}

// endure keeps a mistake of ours from ending the actor: everybody who waits is
// answered, and the state is read again.
func (k *keeper[F, H]) endure(message any) {
	r := recover()
	if r == nil {
		return
	}
	k.log.Error().Interface("panic", r).Str("stream", k.stream).Bytes("stack", debug.Stack()).Msg("actor panicked")
	k.gauges.restarted()
	k.suspect = true
	if a, ok := message.(asker); ok {
		a.reply(nil, protocol.Internal())
	}
	k.abandon(protocol.Internal())
}
