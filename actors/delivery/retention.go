package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/routing"
	"partyline/actors/rules/webhook"
	"partyline/actors/runtime"
	"partyline/persistence"
	"partyline/protocol"
)

const (
	// maxLogRows and maxLogAge bound the logs of one webhook, whichever is less.
	maxLogRows = 10_000
	maxLogAge  = 30 * 24 * time.Hour
	// trimStep is how many records are worth a trim.
	trimStep = 500
	// ticksPerRound is how many ticks a round through all webhooks takes.
	ticksPerRound = 60
)

// retention trims old logs from the streams of webhooks, and all of them when a webhook is
// deleted. It is an actor of its own because a disk may be slow.
type retention struct {
	*ledger.Env
	registry *registry
	todo     []protocol.WebhookID // the rest of the round
	perTick  int
	// trimmed is the seq up to which each stream was trimmed.
	trimmed map[protocol.WebhookID]persistence.Seq
}

// purge asks to remove what is kept of a deleted webhook.
type purge struct {
	runtime.Quiet
	id  protocol.WebhookID
	seq persistence.Seq // of the fact that deleted the webhook, 0 for the last one
}

func newRetention(e *ledger.Env, r *registry) *retention {
	return &retention{Env: e, registry: r, trimmed: map[protocol.WebhookID]persistence.Seq{}}
}

// Receive implements actor.Actor.
func (r *retention) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *purge:
		r.report(m.id, r.purge(m))
	case runtime.Tick:
		r.tick()
	}
}

func (r *retention) report(id protocol.WebhookID, err error) {
	if err != nil {
		r.Log.Error().Err(err).Int64("webhook", int64(id)).Msg("webhook's logs not trimmed")
	}
}

// tick does a part of a round through all webhooks.
func (r *retention) tick() {
	if len(r.todo) == 0 {
		r.todo = r.registry.all()
		r.perTick = len(r.todo)/ticksPerRound + 1
	}
	n := min(r.perTick, len(r.todo))
	for _, id := range r.todo[:n] {
		r.report(id, r.trimOld(id))
	}
	r.todo = slices.Delete(r.todo, 0, n)
}

// purge puts an empty snapshot in place of the last one, which holds the secret, and then
// trims everything but the fact that the webhook is deleted, which keeps the id in use.
func (r *retention) purge(m *purge) error {
	ctx, cancel := context.WithTimeout(context.Background(), ledger.ReadTimeout)
	defer cancel()
	delete(r.trimmed, m.id)
	stream, seq := routing.StreamOf(m.id), m.seq
	if seq == 0 {
		last, err := r.Journal.Last(ctx, stream)
		if err != nil {
			return fmt.Errorf("last of %s: %w", stream, err)
		}
		seq = last
	}
	empty := webhook.New(m.id)
	empty.Apply(&webhook.Deleted{}, protocol.Seq(seq))
	err := r.SaveLastSnapshot(ctx, persistence.Snapshot{Stream: stream, Seq: seq, Version: webhook.SnapshotVersion, Data: empty.AppendSnapshot(nil)})
	if err != nil {
		return fmt.Errorf("snapshot of %s: %w", stream, err)
	}
	return r.Journal.Trim(ctx, stream, seq-1)
}

// trimOld trims records that are too old or too many, as far as a snapshot holds them.
func (r *retention) trimOld(id protocol.WebhookID) error {
	ctx, cancel := context.WithTimeout(context.Background(), ledger.ReadTimeout)
	defer cancel()
	stream := routing.StreamOf(id)
	through, err := r.cutoff(ctx, stream, r.trimmed[id])
	if err != nil || through < r.trimmed[id]+trimStep {
		return err
	}
	if err := r.Journal.Trim(ctx, stream, through); err != nil {
		return err
	}
	r.trimmed[id] = through
	return nil
}

// cutoff is the last record that need not be kept; trimmed is the last one that is gone.
func (r *retention) cutoff(ctx context.Context, stream string, trimmed persistence.Seq) (persistence.Seq, error) {
	last, err := r.Journal.Last(ctx, stream)
	if err != nil {
		return 0, fmt.Errorf("last of %s: %w", stream, err)
	}
	snapshot, ok, err := r.Journal.LoadSnapshot(ctx, stream)
	if err != nil || !ok {
		return 0, err
	}
	through := last - min(last, maxLogRows)
	limit := r.Clock.Read().Earlier().Time().Add(-maxLogAge)
	for rec, err := range r.Journal.Read(ctx, stream, max(trimmed, through)) {
		if err != nil {
			return 0, err
		}
		if !rec.Time.Before(limit) {
			break
		}
		through = rec.Seq
	}
	return min(through, snapshot.Seq), nil
}
