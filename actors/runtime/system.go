package runtime

import (
	"log/slog"
	"sync"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"
)

// System runs actors.
type System struct {
	*actor.ActorSystem
	dispatcher *dispatcher
}

// New starts an actor system that logs warnings and errors to log. onDeadLetter is called
// with each message to an actor that had ended, from the sender's goroutine.
func New(log zerolog.Logger, onDeadLetter func(message any)) *System {
	quiet := log.Level(max(log.GetLevel(), zerolog.WarnLevel))
	s := actor.NewActorSystemWithConfig(actor.Configure(
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
			return slog.New(zerolog.NewSlogHandler(quiet))
		}),
		actor.WithDeadLetterThrottleCount(1),
	))
	s.EventStream.Subscribe(func(e any) {
		if dead, ok := e.(*actor.DeadLetterEvent); ok {
			message := dead.Message
			if r, ok := message.(*runHere); ok {
				message = r.message
			}
			onDeadLetter(message)
		}
	})
	return &System{ActorSystem: s, dispatcher: newDispatcher()}
}

// Props describes an actor. Its mailbox is unbounded: admission bounds what is in it.
func (s *System) Props(produce func() actor.Actor) *actor.Props {
	return actor.PropsFromProducer(produce, actor.WithMailbox(newMailbox), actor.WithDispatcher(s.dispatcher))
}

// Spawn starts an actor at the top level.
func (s *System) Spawn(produce func() actor.Actor) *actor.PID {
	return s.Root.Spawn(s.Props(produce))
}

// Send puts a message into an actor's mailbox. It does not block.
func (s *System) Send(to *actor.PID, message any) { s.Root.Send(to, message) }

// runHere is a message whose sender runs the mailbox itself.
type runHere struct {
	Quiet
	message any
	run     func() // nil when the mailbox runs already
}

var runHerePool = sync.Pool{New: func() any { return new(runHere) }}

// SendHere puts a message into an actor's mailbox, as Send does, and leaves it to the caller
// to run the actor: it must call run at once, unless nil, when it holds no lock. That saves
// waking another goroutine, which costs more than a vote. Only those may use it who are not
// actors themselves.
func (s *System) SendHere(to *actor.PID, message any) (run func()) {
	r := runHerePool.Get().(*runHere)
	r.message = message
	s.Root.Send(to, r)
	run = r.run
	*r = runHere{}
	runHerePool.Put(r)
	return run
}

// Trim ends one goroutine of the dispatcher that is idle. It is called once a second.
func (s *System) Trim() { s.dispatcher.trim() }

// Stop ends the system. Actors that have not ended by then are left behind.
func (s *System) Stop() {
	s.Shutdown()
	s.dispatcher.stop()
}
