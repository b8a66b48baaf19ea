package delivery

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/routing"
	"partyline/actors/runtime"
	"partyline/persistence"
	"partyline/protocol"
)

// Service runs the webhooks of a hub.
type Service struct {
	env       ledger.Env
	system    *runtime.System
	inFlight  *inFlight
	registry  *registry
	router    *routing.Router
	retention *actor.PID
	jitter    func() float64
	attempts  atomic.Uint64 // number of the newest attempt
	started   atomic.Bool   // router and retention run
	unwatch   func()
	// drained gets one value from every webhook that has handled runtime.Drain.
	drained chan struct{}
	// checkpoint is the position at which each webhook was parked in the last checkpoint.
	checkpoint map[protocol.WebhookID]protocol.DeliveryID
	// restored is the epoch of a journal whose webhooks of the backup must be disabled
	// before they are called, "" of any other.
	restored string
}

// Options of a Service.
type Options struct {
	Env ledger.Env
	// Sender makes the attempts; with nil nothing is delivered.
	Sender Sender
	// Jitter is the chance in the waits between attempts, in [0,1).
	Jitter func() float64
}

// drainTimeout is how long attempts under way may take when the hub closes. Then they are
// canceled, and made again by the next hub.
const drainTimeout = 3 * time.Second

// New makes a service that does nothing before Open.
func New(o Options) *Service {
	return &Service{
		env: o.Env, inFlight: newInFlight(o.Sender, o.Env.Log), registry: newRegistry(), jitter: o.Jitter,
		drained: make(chan struct{}, protocol.MaxWebhooks), checkpoint: map[protocol.WebhookID]protocol.DeliveryID{},
		restored: quietEpoch(o.Env.Journal),
	}
}

// Open starts the actors of all webhooks in the journal, and returns when they are loaded.
func (s *Service) Open(ctx context.Context, system *runtime.System) error {
	s.system = system
	s.registry.send = system.Send
	alive, unpurged, err := s.scan(ctx)
	if err != nil {
		return err
	}
	at, parked := routing.LoadCheckpoint(ctx, s.env.Journal)
	for _, id := range parked {
		s.checkpoint[id] = at
	}
	s.startWorkers(at)
	for _, id := range unpurged {
		s.purge(id, 0)
	}
	if err := s.loadAll(ctx, alive); err != nil {
		return err
	}
	s.router.Start()
	return nil
}

// startWorkers starts the router, at the checkpoint, and the retention.
func (s *Service) startWorkers(at protocol.DeliveryID) {
	s.router = routing.StartRouter(routing.RouterOptions{Env: &s.env, System: s.system, At: at, Webhooks: s.registry.count, OnTick: s.registry.tick})
	s.unwatch = s.env.OnCommit(s.router.Wake)
	s.retention = s.system.Spawn(func() actor.Actor { return newRetention(&s.env, s.registry) })
	s.started.Store(true)
}

// loadAll starts the webhooks and waits until each is loaded, or could not be.
func (s *Service) loadAll(ctx context.Context, ids []protocol.WebhookID) error {
	loaded := make(chan struct{}, len(ids))
	for _, id := range ids {
		s.registry.add(id)
		s.spawn(id, func() { loaded <- struct{}{} })
	}
	for range ids {
		select {
		case <-loaded:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (s *Service) spawn(id protocol.WebhookID, loaded func()) {
	pid := s.system.Spawn(func() actor.Actor { return s.newWebhook(id, loaded) })
	s.registry.setActor(id, pid)
}

// Tick is called once a second by the hub's ticker.
func (s *Service) Tick() {
	if s.started.Load() {
		s.router.Tick()
		s.system.Send(s.retention, runtime.Tick{})
	}
}

// Create starts the actor of a new webhook and has it decide the command.
func (s *Service) Create(c *ledger.Command, cmd protocol.CreateWebhook) *protocol.Error {
	id, err := s.registry.reserve()
	if err != nil {
		return err
	}
	cmd.ID = id
	c.Cmd = cmd
	s.spawn(id, func() {})
	return s.Forward(id, c)
}

// Forward sends a command or query to a webhook; a webhook that is not there is an error.
func (s *Service) Forward(id protocol.WebhookID, message any) *protocol.Error {
	if !s.registry.forward(id, message) {
		return protocol.NotFound("Webhook")
	}
	return nil
}

// purge removes what is kept of a webhook that was deleted by the fact of that number; 0 is
// the last fact of its stream.
func (s *Service) purge(id protocol.WebhookID, seq protocol.Seq) {
	if s.inFlight.sender != nil {
		s.inFlight.sender.Forget(id)
	}
	s.system.Send(s.retention, &purge{id: id, seq: persistence.Seq(seq)})
}

// Close ends all webhooks. Attempts under way are given drainTimeout, and their outcomes are
// recorded.
func (s *Service) Close(ctx context.Context) {
	s.unwatch()
	pids := s.registry.drain()
	timeout := time.AfterFunc(drainTimeout, s.inFlight.cancel)
	defer timeout.Stop()
	for range pids {
		select {
		case <-s.drained:
			continue
		case <-ctx.Done():
		}
		break
	}
	s.inFlight.cancel()
	s.system.End(ctx, pids...)
	s.router.End(ctx) // behind the last messages of the webhooks
	s.system.End(ctx, s.retention)
	s.inFlight.wait(ctx)
}
