package actors

import (
	"context"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/actors/webhook"
	"partyline/protocol"
)

type webhookQuery = ledger.Query[*webhook.State]

// webhookActor is one webhook: a ledger, a cursor into the global order, and at most
// one attempt under way.
type webhookActor struct {
	ledger.Actor[webhook.Fact, *webhook.State]
	id   protocol.WebhookID
	post *post
	self *actor.PID
	// vitals are written here and read by the metrics.
	vitals *vitals
	// arrived tells, once, that the webhook is ready; see arrive.
	arrived func()
	// disabling: that the webhook came with a backup and is disabled is on its way to the
	// disk, or failed and the next sweep tries again.
	disabling bool

	flight     flight
	unrecorded *webhook.RecordAttempt // what came of the last attempt, until it is on disk
	recording  bool

	line    line // the events that wait
	again   line // those of the replay that is numbered repeats
	repeats protocol.Seq
	asleep  bool // the dispatcher wakes it
	extra   bool // it is the turn of a redelivery or a replay
	onward  bool // a message is on its way that goes on with reading
	stalled bool // the journal failed; the next sweep goes on
	filter  webhook.Filter
	covered bool // the window knows filter
	head    parcel

	alarm alarm
	pace  pace // of all attempts
	gait  pace // of redeliveries and replays

	born, unwanted, gone, ending, finished bool
}

// flight is an attempt under way; number 0 is none. The outcome of another number is
// of a past one.
type flight struct {
	number   uint64
	conclude webhook.RecordAttempt
	cancel   context.CancelFunc
}

// messages that only a webhook understands
type (
	// landed is the end of an attempt. cut says that nothing came of it.
	landed struct {
		runtime.Quiet
		number  uint64
		outcome webhook.Attempt
		cut     bool
	}
	// onward goes on with reading; other messages have had their turn.
	onward struct{ runtime.Quiet }
	// unwanted says that the command that creates the webhook was refused.
	unwanted struct{}
)

func (p *post) newWebhook(id protocol.WebhookID, arrived func()) *webhookActor {
	a := &webhookActor{id: id, post: p, vitals: p.roster.vitals(id), arrived: sync.OnceFunc(arrived)}
	a.System = p.system
	a.line.done = p.mark(id)
	a.Ledger = ledger.New(webhookStream(id), ledger.Kind[webhook.Fact, *webhook.State]{
		New:           func() *webhook.State { return webhook.New(id).RestoredIn(p.restored) },
		AppendFact:    webhook.AppendFact,
		ReadFact:      webhook.ReadFact,
		Version:       webhook.SnapshotVersion,
		SnapshotEvery: webhookSnapshot,
	}, ledger.Hooks[webhook.Fact, *webhook.State]{OnDurable: a.durable, Publish: func([][]byte, protocol.Seq) {}, OnLoaded: a.reborn}, &p.Env)
	return a
}

// webhookSnapshot is the tail, in facts, after which a webhook takes a snapshot: its
// state is small, and a start reads all webhooks.
const webhookSnapshot = 5_000

// Receive implements actor.Actor.
func (a *webhookActor) Receive(c actor.Context) {
	defer a.arrive()
	defer a.RecoverActor(c.Message())
	switch m := c.Message().(type) {
	case *actor.Started:
		a.self = c.Self()
		a.Actor.Receive(c)
	case *ledger.Command:
		if a.prepare(m) {
			a.Handle(m)
		}
	case *landed:
		a.land(m)
	case rung:
		a.alarm.ring(m)
	case news:
		a.asleep = false
	case onward:
		a.onward = false
	case unwanted:
		a.unwanted = true
	case runtime.Drain:
		a.ending = true
	case runtime.Tick:
		a.stalled, a.disabling = false, a.disabling && !a.Idle()
		a.Actor.Receive(c)
		a.record()
	case *actor.Stopping:
		a.quit()
		a.Actor.Receive(c)
		return
	default:
		a.Actor.Receive(c)
	}
	a.proceed()
	a.vitals.done.Store(int64(a.line.done))
	a.vitals.restless.Store(a.MustReload() || a.stalled || a.State.FromBackup() || a.unrecorded != nil || a.SnapshotDue())
}

// arrive tells whoever waits that the webhook has been read, and that one which came
// with a backup is disabled. Nobody waits for a journal that is ill.
func (a *webhookActor) arrive() {
	if a.MustReload() || !a.disabling && !a.State.FromBackup() {
		a.arrived()
	}
}

// durable is told of facts that are on disk, before their answers leave.
func (a *webhookActor) durable(f webhook.Fact) {
	switch f := f.(type) {
	case *webhook.Attempted:
		a.attempted(f)
	case *webhook.Disabled:
		a.disabled(f)
	case *webhook.Deleted:
		a.vanish()
		a.post.forget(a.id, a.Seq())
	}
}

// attempted tells the log and the metrics.
func (a *webhookActor) attempted(f *webhook.Attempted) {
	if f.Source == webhook.SourceLive && a.State.Cursor() >= f.Delivery {
		a.line.done = max(a.line.done, f.Delivery)
	}
	a.Log.Info().Int64("webhook", int64(a.id)).Int64("delivery", int64(f.Delivery)).Str("event", string(f.Event)).
		Int("attempt", f.Number).Bool("probe", f.Probe).Int("status", f.Status).Str("failure", string(f.Failure)).
		Str("reason", f.Error).Int64("ms", f.Took).Str("verdict", f.Verdict.String()).Msg("webhook attempt")
	a.tell()
}

// tell shows the state to those who look without asking.
func (a *webhookActor) tell() {
	health := a.State.Health()
	a.vitals.made.Store(health.Attempts)
	a.vitals.delivered.Store(health.Delivered)
	a.vitals.dead.Store(health.Dead)
	if w, known := a.post.roster.find(a.id); known && w.State != health.State {
		a.post.roster.note(a.State.Webhook())
		a.Log.Info().Int64("webhook", int64(a.id)).Str("state", string(health.State)).Msg("webhook state")
	}
}

// reborn is told of each reading from the journal. What was read ahead may be wrong
// now; an attempt under way is not, its outcome is still to be recorded.
func (a *webhookActor) reborn(h *webhook.State) {
	a.asleep, a.covered, a.stalled = false, false, false
	a.line.restart(h.Cursor())
	a.again = line{}
	if h.Exists() {
		a.post.roster.note(h.Webhook())
		a.tell()
	}
	if a.born && !h.Exists() {
		a.unwanted = true
	}
	a.born = true
}

// vanish makes the webhook unknown and ends its actor after what is sent to it.
func (a *webhookActor) vanish() {
	if a.gone {
		return
	}
	a.gone = true
	a.post.roster.remove(a.id)
	a.post.window.drop(a.id)
	a.System.Send(a.post.dispatcher, leave{id: a.id})
	a.quit()
	a.System.Root.Poison(a.self)
}

// quit ends what goes on outside.
func (a *webhookActor) quit() {
	a.alarm.stop()
	if a.flight.cancel != nil {
		a.flight.cancel()
	}
}
