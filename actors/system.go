package actors

import (
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"
)

// This file and the Receive methods are all that knows protoactor. Only Spawn, Send,
// Poison and supervision are used: its request futures, receive timeouts, bounded
// mailboxes and persistence do not hold what this hub promises (docs/architecture.md).

// messages that any actor here understands
type (
	// wakeUp says that outcomes wait to be settled.
	wakeUp struct{}
	// sweep comes once per sweepInterval to every actor: time to rest, to be put to
	// sleep, to try a failed reading again.
	sweep struct{}
)

// sweepInterval is short against the idle timeout and long against the work of a sweep.
const sweepInterval = time.Second

// newSystem starts an actor system whose own log lines go to log.
func newSystem(log zerolog.Logger, g *gauges) *actor.ActorSystem {
	quiet := log.Level(max(log.GetLevel(), zerolog.WarnLevel))
	s := actor.NewActorSystemWithConfig(actor.Configure(
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
			return slog.New(zerolog.NewSlogHandler(quiet))
		}),
		actor.WithDeadLetterThrottleCount(1),
	))
	s.EventStream.Subscribe(func(e any) {
		dead, ok := e.(*actor.DeadLetterEvent)
		if !ok {
			return
		}
		g.deadLetters.Add(1)
		message := dead.Message
		if d, ok := message.(*deliver); ok {
			message = d.message
		}
		if a, ok := message.(asker); ok {
			a.reply(nil, errStorage())
		}
	})
	return s
}

// props of an actor of ours: an unbounded mailbox, bounded by the door.
func (h *Hub) props(produce func() actor.Actor) *actor.Props {
	return actor.PropsFromProducer(produce, actor.WithMailbox(actor.UnboundedLockfree()), actor.WithDispatcher(h.scheduler))
}
