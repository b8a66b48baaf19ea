package routing

import (
	"context"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/persistence"
	"partyline/protocol"
)

// Router is the handle of the router's actor. It reads the journal once for all webhooks and
// pushes each event into the queues that match. A webhook that does not want an
// event, waits for a retry or is disabled costs nothing.
type Router struct {
	send func(message any) // to the router's actor
	end  func(context.Context)
	// routed is the position up to which everything was pushed.
	routed atomic.Int64
	woken  atomic.Bool // a wake-up is on its way
	// readAhead is the memory of the events that all inboxes have read in the journal.
	readAhead atomic.Int64
}

// RouterOptions say what a Router reads and for whom.
type RouterOptions struct {
	Env    *ledger.Env
	System *runtime.System
	// At is where the router begins: the position of a checkpoint, so that inboxes that were
	// empty there, or have come further, need not read the journal themselves. With 0 it
	// begins at the end of the journal.
	At protocol.DeliveryID
	// Webhooks is how many webhooks there are, for their shares of the memory.
	Webhooks func() int
	// OnTick is called once a second with the number of the tick.
	OnTick func(ticks int)
}

// StartRouter starts a router, which reads nothing before Start.
func StartRouter(o RouterOptions) *Router {
	at := position(o.At)
	if at == 0 {
		at = o.Env.Journal.Head()
	}
	r := &routerActor{Env: o.Env, Router: new(Router), onTick: o.OnTick, queues: newQueues(o.Webhooks), saved: at}
	r.moveTo(at)
	pid := o.System.Spawn(func() actor.Actor { return r })
	r.send = func(m any) { o.System.Send(pid, m) }
	r.end = func(ctx context.Context) { o.System.End(ctx, pid) }
	return r.Router
}

// Start begins the reading, when all webhooks are loaded.
func (r *Router) Start() { r.send(startRouting{}) }

// Tick is called once a second.
func (r *Router) Tick() { r.send(runtime.Tick{}) }

// End ends the router behind what was sent to it.
func (r *Router) End(ctx context.Context) { r.end(ctx) }

// Position is the position up to which every event was pushed.
func (r *Router) Position() protocol.DeliveryID { return protocol.DeliveryID(r.routed.Load()) }

// Wake has the router read on. It is called after each commit and does not block.
func (r *Router) Wake() {
	if !r.woken.Swap(true) {
		r.send(runtime.Wake{})
	}
}

// routerActor is the actor of a Router.
type routerActor struct {
	*ledger.Env
	*Router
	onTick  func(ticks int)
	started bool
	at      persistence.Position // of the last record that was routed
	queues  queues
	saved   persistence.Position // of the newest checkpoint
	ticks   int
	// failed: the last read has failed, and the next tick tries again. A commit does not: votes
	// go on while a disk cannot be read, and each would cost a read and a line in the log.
	failed bool
}

// messages to the router
type (
	// startRouting begins the reading, when all webhooks are loaded.
	startRouting struct{ runtime.Quiet }
	// subscribe begins a queue at the router's position.
	subscribe struct{ *eventQueue }
	// unsubscribe has the router forget a queue that was closed.
	unsubscribe struct{ *eventQueue }
)

// IgnoreDeadLetterLogging implements actor.IgnoreDeadLetterLogging.
func (subscribe) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging implements actor.IgnoreDeadLetterLogging.
func (unsubscribe) IgnoreDeadLetterLogging() {}

// routeBatch is how many records are routed before the router handles other messages.
const routeBatch = 8192

// Receive implements actor.Actor.
func (r *routerActor) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case startRouting:
		r.started = true
		r.route()
	case runtime.Wake:
		r.woken.Store(false)
		if !r.failed {
			r.route()
		}
	case subscribe:
		if m.begin(protocol.DeliveryID(r.at), r.queues.memory) {
			r.queues.add(m.eventQueue)
			m.eventQueue.wake()
		}
	case unsubscribe:
		r.queues.remove(m.eventQueue)
	case runtime.Tick:
		r.tick()
	case *actor.Stopping:
		r.saveCheckpoint()
	}
}

// route pushes the events of what was committed since the last time.
func (r *routerActor) route() {
	head := r.Journal.Head()
	if !r.started || r.at >= head {
		return
	}
	if r.queues.none() {
		r.moveTo(head)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), ledger.ReadTimeout)
	defer cancel()
	at, records := r.at, 0
	for rec, err := range persistence.SkipDamaged(ctx, r.Journal, r.at, r.damaged) {
		if err != nil {
			r.Log.Error().Err(err).Msg("webhooks' router cannot read the journal")
			r.failed = true
			r.moveTo(at)
			return
		}
		if e, ok := ParseLive(rec); ok && r.queues.want(&e) {
			r.queues.push(e.Clone())
		}
		at = rec.Position
		if records++; records == routeBatch {
			r.Router.Wake()
			r.moveTo(at)
			return
		}
	}
	r.moveTo(max(at, head)) // the records behind the last one are trimmed or damaged
}

// moveTo makes a position the router's, after everything up to it was pushed.
func (r *routerActor) moveTo(at persistence.Position) {
	r.at = at
	r.routed.Store(int64(at))
}

// damaged logs events that no webhook gets.
func (r *routerActor) damaged(lost *persistence.Damage) {
	r.Log.Error().Err(lost).Msg("webhooks leave out damaged events")
}

func (r *routerActor) tick() {
	r.ticks++
	r.onTick(r.ticks)
	r.failed = false
	r.route()
	if r.at-r.saved >= ledger.SnapshotIdle {
		r.saveCheckpoint()
	}
}
