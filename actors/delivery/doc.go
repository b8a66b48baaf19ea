// Package delivery calls webhooks: in the order of the journal, at least once, each
// webhook independent of all others.
//
//	journal ── routing.Router ──► routing.Inbox ──► webhookActor ──► Sender ──► endpoint
//	                                                     │
//	journal ◄── outcome: a fact of the webhook ◄─────────┘
//
// A webhook is an actor with a ledger. It takes the next event from its inbox (loop.go),
// makes one attempt (attempt.go), commits the outcome, and goes on. What follows from an
// outcome is decided by the state machine in actors/rules/webhook: the next event, a retry after
// a backoff, a dead letter, or the end of deliveries.
//
// The package makes no HTTP requests (see Sender) and decides no retries.
package delivery
