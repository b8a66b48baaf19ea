package delivery

import (
	"context"

	"partyline/actors/admission"
	"partyline/actors/ledger"
	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// Log answers queries about webhooks: what they are, how they are doing, and what was
// delivered. Its errors are *protocol.Error, or wrapped ones of the journal's faults. Its
// methods may be called from any goroutine.
type Log struct {
	service *Service
	journal persistence.Journal
	caller  *ledger.Caller
	reads   admission.Semaphore
}

// maxReads is how many queries read through the journal at one time. Each takes a core
// while it reads, and votes come first.
const maxReads = 2

// NewLog makes the queries of a service.
func NewLog(s *Service, caller *ledger.Caller) *Log {
	return &Log{service: s, journal: s.env.Journal, caller: caller, reads: admission.NewSemaphore(maxReads)}
}

// ask reads the state of a webhook on its actor.
func ask[T any](ctx context.Context, l *Log, id protocol.WebhookID, read func(*webhook.State) (T, *protocol.Error)) (T, error) {
	return ledger.Ask(ctx, l.caller, func(w *webhook.State) (T, *protocol.Error) {
		var none T
		if !w.Exists() {
			return none, protocol.NotFound("Webhook")
		}
		return read(w)
	}, func(q *ledger.Query[*webhook.State]) *protocol.Error { return l.service.Forward(id, q) })
}

// Webhooks returns a page of the webhooks by id, ascending.
func (l *Log) Webhooks(_ context.Context, q protocol.PageQuery) (protocol.Page[protocol.Webhook], error) {
	if err := q.Check(); err != nil {
		return protocol.Page[protocol.Webhook]{}, err
	}
	return l.service.registry.page(q), nil
}

// Webhook is one webhook.
func (l *Log) Webhook(ctx context.Context, id protocol.WebhookID) (protocol.Webhook, error) {
	return ask(ctx, l, id, func(w *webhook.State) (protocol.Webhook, *protocol.Error) { return w.Webhook(), nil })
}
