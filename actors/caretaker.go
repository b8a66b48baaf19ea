package actors

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/actors/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

const (
	// logsKept and logAge bound the logs of one webhook, whichever is less.
	logsKept = 10_000
	logAge   = 30 * 24 * time.Hour
	// trimStep is how many records are worth a trim.
	trimStep = 500
	// rounds is how many sweeps a round through all webhooks takes.
	rounds = 60
)

// caretaker keeps the streams of webhooks short: it cuts old logs off, and all of them
// when a webhook is deleted. It is an actor of its own because a disk may be slow.
type caretaker struct {
	ledger.Env
	roster *roster
	todo   []protocol.WebhookID
	share  int // webhooks per sweep
	// cut is up to where each stream was trimmed.
	cut map[protocol.WebhookID]persistence.Seq
}

// tidy asks to clean up after a deleted webhook.
type tidy struct {
	runtime.Quiet
	id  protocol.WebhookID
	seq persistence.Seq // of the fact that deleted it, 0 for the last one
}

func newCaretaker(e ledger.Env, r *roster) *caretaker {
	return &caretaker{Env: e, roster: r, cut: map[protocol.WebhookID]persistence.Seq{}}
}

// Receive implements actor.Actor.
func (k *caretaker) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *tidy:
		k.report(m.id, k.tidy(m))
	case runtime.Tick:
		k.sweep()
	}
}

func (k *caretaker) report(id protocol.WebhookID, err error) {
	if err != nil {
		k.Log.Error().Err(err).Int64("webhook", int64(id)).Msg("webhook's logs not trimmed")
	}
}

// sweep does a part of the round.
func (k *caretaker) sweep() {
	if len(k.todo) == 0 {
		for _, w := range k.roster.list() {
			k.todo = append(k.todo, w.ID)
		}
		k.share = len(k.todo)/rounds + 1
	}
	n := min(k.share, len(k.todo))
	for _, id := range k.todo[:n] {
		k.report(id, k.retain(id))
	}
	k.todo = slices.Delete(k.todo, 0, n)
}

// tidy puts an empty snapshot in place of the last one, which holds the secret, and
// then lets everything go but the fact that the webhook is deleted: it keeps the id.
func (k *caretaker) tidy(m *tidy) error {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	delete(k.cut, m.id)
	stream, seq := webhookStream(m.id), m.seq
	if seq == 0 {
		last, err := k.Journal.Last(ctx, stream)
		if err != nil {
			return fmt.Errorf("last of %s: %w", stream, err)
		}
		seq = last
	}
	h := webhook.New(m.id)
	h.Apply(&webhook.Deleted{}, protocol.Seq(seq))
	err := k.Journal.SaveSnapshot(ctx, persistence.Snapshot{Stream: stream, Seq: seq, Version: webhook.SnapshotVersion, Data: h.AppendSnapshot(nil)})
	if err != nil {
		return fmt.Errorf("snapshot of %s: %w", stream, err)
	}
	return k.Journal.Trim(ctx, stream, seq-1)
}

// retain cuts off what is too old or too much, as far as a snapshot holds it.
func (k *caretaker) retain(id protocol.WebhookID) error {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	stream := webhookStream(id)
	through, err := k.outdated(ctx, stream, k.cut[id])
	if err != nil || through < k.cut[id]+trimStep {
		return err
	}
	if err := k.Journal.Trim(ctx, stream, through); err != nil {
		return err
	}
	k.cut[id] = through
	return nil
}

// outdated is the last record that need not be kept.
func (k *caretaker) outdated(ctx context.Context, stream string, cut persistence.Seq) (persistence.Seq, error) {
	last, err := k.Journal.Last(ctx, stream)
	if err != nil {
		return 0, fmt.Errorf("last of %s: %w", stream, err)
	}
	snapshot, ok, err := k.Journal.LoadSnapshot(ctx, stream)
	if err != nil || !ok {
		return 0, err
	}
	through := last - min(last, logsKept)
	limit := k.Clock.Read().Earlier().Time().Add(-logAge)
	for rec, err := range k.Journal.Read(ctx, stream, max(cut, through)) {
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
