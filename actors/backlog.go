package actors

import (
	"context"

	"partyline/actors/ledger"
	"partyline/actors/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// Bounds of counting what waits: beyond them the number is "at least".
const (
	maxBacklog     = 10_000
	maxBacklogScan = 1_000_000
)

// WebhookHealth is how a webhook is doing, and what waits for it.
func (h *Hub) WebhookHealth(ctx context.Context, id protocol.WebhookID) (protocol.WebhookHealth, error) {
	b := &backlog{id: id}
	health, err := askWebhook(ctx, h, id, func(w *webhook.State) (protocol.WebhookHealth, *protocol.Error) {
		b.filter, b.after = *w.Filter(), w.Cursor()
		return w.Health(), nil
	})
	if err != nil {
		return health, err
	}
	b.after = max(b.after, h.post.roster.done(id))
	b.after, _ = h.post.window.clear(id, b.after)
	leave, err := h.attempts.Acquire(ctx)
	if err != nil {
		return health, err
	}
	defer leave()
	if err := h.count(ctx, b); err != nil {
		return health, ledger.ReadError(ledger.ToClient(err))
	}
	health.QueueLength, health.QueueLengthExact = b.n, !b.more
	if b.oldest != 0 {
		health.OldestWaiting = &b.oldest
	}
	return health, nil
}

// backlog counts what a webhook wants after a position.
type backlog struct {
	id     protocol.WebhookID
	filter webhook.Filter
	after  protocol.DeliveryID
	n      int
	oldest protocol.Timestamp
	more   bool
}

func (h *Hub) count(ctx context.Context, b *backlog) error {
	scanned, old := 0, h.post.expiry()
	for rec, err := range persistence.SkipDamaged(ctx, h.env.Journal, position(b.after), func(*persistence.Damage) {}) {
		if err != nil {
			return err
		}
		if p, ok := notice(rec); ok && p.meant(b.id, &b.filter) && !old.expired(p.time) {
			b.n++
			if b.oldest == 0 {
				b.oldest = protocol.TimestampOf(p.time)
			}
		}
		if scanned++; scanned == maxBacklogScan || b.n == maxBacklog {
			b.more = protocol.DeliveryID(rec.Position) < protocol.DeliveryID(h.env.Journal.Head())
			return nil
		}
	}
	return nil
}
