package delivery

import (
	"context"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/persistence"
	"partyline/protocol"
)

// router reads the journal once for all webhooks and pushes each event into the
// subscriptions that match. A webhook that does not want an event, waits for a retry or is
// disabled costs the router nothing.
type router struct {
	*ledger.Env
	*routerLink
	onTick  func(ticks int)
	started bool
	at      persistence.Position // of the last record that was routed
	subs    subscriptions
	saved   persistence.Position // of the newest checkpoint
	ticks   int
}

// routerLink is what others hold of the router.
type routerLink struct {
	send func(message any) // to the router's actor
	// routed is the position up to which everything was pushed.
	routed atomic.Int64
	woken  atomic.Bool // a wake-up is on its way
}

// position is the position up to which the router has pushed every event.
func (r *routerLink) position() protocol.DeliveryID { return protocol.DeliveryID(r.routed.Load()) }

// wake is called by the committer after each commit; it must not block.
func (r *routerLink) wake() {
	if !r.woken.Swap(true) {
		r.send(runtime.Wake{})
	}
}

// messages to the router
type (
	// startRouting begins the reading, when all webhooks are loaded.
	startRouting struct{ runtime.Quiet }
	// subscribe begins a subscription at the router's position.
	subscribe struct{ *subscription }
	// unsubscribe has the router forget a subscription that was closed.
	unsubscribe struct{ *subscription }
)

// IgnoreDeadLetterLogging implements actor.IgnoreDeadLetterLogging.
func (subscribe) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging implements actor.IgnoreDeadLetterLogging.
func (unsubscribe) IgnoreDeadLetterLogging() {}

const (
	// routeBatch is how many records are routed before the router handles other messages.
	routeBatch = 8192
)

// Receive implements actor.Actor.
func (r *router) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case startRouting:
		r.started = true
		r.route()
	case runtime.Wake:
		r.woken.Store(false)
		r.route()
	case subscribe:
		if m.begin(protocol.DeliveryID(r.at), r.subs.memory) {
			r.subs.add(m.subscription)
			m.subscription.wake()
		}
	case unsubscribe:
		r.subs.remove(m.subscription)
	case runtime.Tick:
		r.tick()
	case *actor.Stopping:
		r.saveCheckpoint()
	}
}

// route pushes the events of what was committed since the last time.
func (r *router) route() {
	head := r.Journal.Head()
	if !r.started || r.at >= head {
		return
	}
	if r.subs.none() {
		r.moveTo(head)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), ledger.ReadTimeout)
	defer cancel()
	at, records := r.at, 0
	for rec, err := range persistence.SkipDamaged(ctx, r.Journal, r.at, r.damaged) {
		if err != nil {
			r.Log.Error().Err(err).Msg("webhooks' router cannot read the journal")
			r.moveTo(at)
			return
		}
		if e, ok := liveEvent(rec); ok && r.subs.want(&e) {
			r.subs.push(e.clone())
		}
		at = rec.Position
		if records++; records == routeBatch {
			r.routerLink.wake()
			r.moveTo(at)
			return
		}
	}
	r.moveTo(max(at, head)) // the records behind the last one are trimmed or damaged
}

// moveTo makes a position the router's, after everything up to it was pushed.
func (r *router) moveTo(at persistence.Position) {
	r.at = at
	r.routed.Store(int64(at))
}

// damaged logs events that no webhook gets.
func (r *router) damaged(lost *persistence.Damage) {
	r.Log.Error().Err(lost).Msg("webhooks leave out damaged events")
}

func (r *router) tick() {
	r.ticks++
	r.onTick(r.ticks)
	r.route()
	if r.at-r.saved >= ledger.SnapshotIdle {
		r.saveCheckpoint()
	}
}
