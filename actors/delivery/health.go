package delivery

import (
	"context"

	"partyline/actors/ledger"
	"partyline/actors/routing"
	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// Bounds of counting what waits, in events and in records read; beyond them the number is "at
// least".
const (
	maxPending     = 10_000
	maxPendingScan = 1_000_000
)

// WebhookHealth is how a webhook is doing, and what waits for it.
func (l *Log) WebhookHealth(ctx context.Context, id protocol.WebhookID) (protocol.WebhookHealth, error) {
	p := &pending{id: id}
	health, err := ask(ctx, l, id, func(w *webhook.State) (protocol.WebhookHealth, *protocol.Error) {
		p.filter, p.after = *w.Filter(), w.Cursor()
		return w.Health(), nil
	})
	if err != nil {
		return health, err
	}
	p.after = max(p.after, l.service.registry.doneThrough(id))
	release, err := l.reads.Acquire(ctx)
	if err != nil {
		return health, err
	}
	defer release()
	if err := l.count(ctx, p); err != nil {
		return health, ledger.ReadError(ledger.ToClient(err))
	}
	health.QueueLength, health.QueueLengthExact = p.n, !p.more
	if p.oldest != 0 {
		health.OldestWaiting = &p.oldest
	}
	return health, nil
}

// pending counts the events after a position that match a webhook.
type pending struct {
	id     protocol.WebhookID
	filter webhook.Filter
	after  protocol.DeliveryID
	n      int
	oldest protocol.Timestamp
	more   bool
}

func (l *Log) count(ctx context.Context, p *pending) error {
	scanned, old := 0, newExpiry(&l.service.env)
	for rec, err := range persistence.SkipDamaged(ctx, l.journal, persistence.Position(p.after), func(*persistence.Damage) {}) {
		if err != nil {
			return err
		}
		if e, ok := routing.ParseLive(rec); ok && e.Matches(p.id, &p.filter) && !old.expired(e.Time) {
			p.n++
			if p.oldest == 0 {
				p.oldest = protocol.TimestampOf(e.Time)
			}
		}
		if scanned++; scanned == maxPendingScan || p.n == maxPending {
			p.more = protocol.DeliveryID(rec.Position) < protocol.DeliveryID(l.journal.Head())
			return nil
		}
	}
	return nil
}
