package delivery

import (
	"context"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/routing"
	"partyline/actors/rules/webhook"
	"partyline/actors/runtime"
	"partyline/persistence"
	"partyline/protocol"
)

// webhookActor is one webhook: a ledger, an inbox of live events, and at most one attempt
// under way.
type webhookActor struct {
	ledger.Actor[webhook.Fact, *webhook.State]
	id      protocol.WebhookID
	service *Service
	self    *actor.PID
	stats   *stats
	// loaded is called once when the webhook is ready; see reportLoaded.
	loaded func()

	commands []*ledger.Command // of clients, that are not handled yet

	phase   phase
	attempt attempt
	unsaved *webhook.RecordAttempt // the outcome of the last attempt, until it is on disk

	inbox      *routing.Inbox
	replayed   routing.ReadAhead // events of the replay of that number
	replayOf   protocol.Seq
	head       *routing.Event // the event of the last attempt, which may be tried again
	lastSource webhook.Source // of the last attempt, or of the last search of the journal

	timer      retryTimer
	rate       rateGate // between all attempts, from the webhook's rate limit
	replayRate rateGate // between redeliveries and replays
}

// attempt is an attempt under way; number 0 is none. The outcome of another number is of an
// earlier attempt.
type attempt struct {
	number uint64
	record *webhook.RecordAttempt
	cancel context.CancelFunc
}

// messages to a webhook
type (
	// attemptDone is the end of an attempt. canceled says that its outcome is unknown.
	attemptDone struct {
		runtime.Quiet
		number   uint64
		outcome  webhook.Attempt
		canceled bool
	}
	// wake says that the inbox has something new.
	wake struct{ runtime.Quiet }
	// readOn continues a long read, after other messages were handled.
	readOn struct{ runtime.Quiet }
)

// snapshotEvery is how many facts after the last snapshot a new one is taken: the state is
// small, and a start reads all webhooks.
const snapshotEvery = 5_000

func (s *Service) newWebhook(id protocol.WebhookID, loaded func()) *webhookActor {
	a := &webhookActor{id: id, service: s, stats: s.registry.stats(id), loaded: sync.OnceFunc(loaded)}
	a.System = s.system
	a.inbox = routing.NewInbox(routing.InboxOptions{
		ID: id, Journal: s.env.Journal, Router: s.router, Wake: func() { a.System.Send(a.self, wake{}) }, Damaged: a.logDamage,
	}, s.checkpoint[id])
	a.stats.inbox.Store(a.inbox)
	a.Ledger = ledger.New(routing.StreamOf(id), ledger.Kind[webhook.Fact, *webhook.State]{
		New:           func() *webhook.State { return webhook.New(id).RestoredIn(s.restored) },
		AppendFact:    webhook.AppendFact,
		ReadFact:      webhook.ReadFact,
		Version:       webhook.SnapshotVersion,
		SnapshotEvery: snapshotEvery,
	}, ledger.Hooks[webhook.Fact, *webhook.State]{
		OnDurable: a.onDurable, Publish: func([][]byte, protocol.Seq) {}, OnLoaded: a.onLoaded,
	}, &s.env)
	return a
}

// Receive implements actor.Actor.
func (a *webhookActor) Receive(c actor.Context) {
	defer a.afterMessage() // behind the recovery: also after a panic
	defer a.RecoverActor(c.Message())
	switch m := c.Message().(type) {
	case *actor.Started:
		a.self = c.Self()
		a.Actor.Receive(c)
	case *ledger.Command:
		a.commands = append(a.commands, m)
	case *attemptDone:
		a.finishAttempt(m)
	case timerFired:
		a.timer.fire(m)
	case readOn:
		a.leave(catchingUp)
	case runtime.Tick:
		a.Actor.Receive(c)
		a.leave(paused)
	case runtime.Drain:
		a.drain()
	case *actor.Stopping:
		a.stopWork()
		a.refuseCommands()
		a.Actor.Receive(c)
		return
	default: // wake among them: run looks into the inbox
		a.Actor.Receive(c)
	}
	a.handleCommands()
	a.run()
}

// afterMessage reports what others wait for: that the webhook is loaded or drained, how far it
// has come, and whether it needs a tick.
func (a *webhookActor) afterMessage() {
	a.reportLoaded()
	a.stopIfDrained()
	a.stats.done.Store(int64(a.inbox.Done()))
	a.stats.needsTick.Store(a.MustReload() || a.phase == paused || a.unsaved != nil || a.State.FromBackup() || a.SnapshotDue())
}

// reportLoaded calls loaded when the webhook has been read, and one that came with a backup
// is disabled. A journal that cannot be read is not waited for.
func (a *webhookActor) reportLoaded() {
	if a.MustReload() || a.Idle() && !a.State.FromBackup() {
		a.loaded()
	}
}

// onLoaded is called after each load from the journal. Events that were read ahead may be
// wrong then; an attempt under way is not, its outcome is still to be recorded.
func (a *webhookActor) onLoaded(s *webhook.State) {
	a.inbox.Reset(s.Cursor())
	a.replayed.Reset(0)
	a.leave(catchingUp)
	a.leave(waiting)
	if s.Exists() {
		a.service.registry.set(s.Webhook())
		a.publishStats()
	}
}

// onDurable is called with facts that are on disk, before their answers leave.
func (a *webhookActor) onDurable(f webhook.Fact) {
	switch f := f.(type) {
	case *webhook.Attempted:
		a.attemptDurable(f)
	case *webhook.Disabled:
		a.Log.Warn().Int64("webhook", int64(a.id)).Str("reason", f.Reason).Msg("webhook disabled")
		a.publishStats()
	case *webhook.Deleted:
		a.remove()
		a.service.purge(a.id, a.Seq())
	}
}

// attemptDurable logs an attempt and publishes its consequences.
func (a *webhookActor) attemptDurable(f *webhook.Attempted) {
	if f.Source == webhook.SourceLive && a.State.Cursor() >= f.Delivery {
		a.inbox.MarkDone(f.Delivery)
	}
	a.Log.Info().Int64("webhook", int64(a.id)).Int64("delivery", int64(f.Delivery)).Str("event", string(f.Event)).
		Int("attempt", f.Number).Bool("probe", f.Probe).Int("status", f.Status).Str("failure", string(f.Failure)).
		Str("reason", f.Error).Int64("ms", f.Took).Str("verdict", f.Verdict.String()).Msg("webhook attempt")
	a.publishStats()
}

// publishStats copies counters and state to the registry, which metrics and webhooks.list
// read.
func (a *webhookActor) publishStats() {
	health := a.State.Health()
	a.stats.attempts.Store(health.Attempts)
	a.stats.delivered.Store(health.Delivered)
	a.stats.dead.Store(health.Dead)
	if w, ok := a.service.registry.find(a.id); ok && w.State != health.State {
		a.service.registry.set(a.State.Webhook())
		a.Log.Info().Int64("webhook", int64(a.id)).Str("state", string(health.State)).Msg("webhook state")
	}
}

// remove takes the webhook out of the registry and ends its actor behind the messages that
// were sent to it.
func (a *webhookActor) remove() {
	if a.phase == stopped {
		return
	}
	a.service.registry.remove(a.id)
	a.inbox.Close()
	a.replayed.Reset(0)
	a.stopWork()
	a.stop()
	a.System.Root.Poison(a.self)
}

// stopWork ends the timer and the attempt under way.
func (a *webhookActor) stopWork() {
	a.timer.stop()
	if a.attempt.cancel != nil {
		a.attempt.cancel()
	}
}

// logDamage logs events that the webhook does not get.
func (a *webhookActor) logDamage(lost *persistence.Damage) {
	a.Log.Error().Err(lost).Int64("webhook", int64(a.id)).Msg("webhook leaves out damaged events")
}
