// Package delivery calls webhooks: in the order of the journal, at least once, each
// webhook independent of all others.
//
//	journal ── Router ──► subscription (bounded queue) ──► webhook actor ──► Sender
//	    └───────── catching up: from the cursor ────────────────┘
//
// The router reads the journal once and pushes each event into the subscriptions that
// match. A webhook whose subscription overflowed, whose filter changed or that was just
// loaded reads the journal itself, from its cursor, and subscribes again when it has come
// to the router's position. Every outcome is a fact in the webhook's own stream; what
// follows from it is decided by the state machine in actors/webhook.
//
// The package makes no HTTP requests (see Sender) and decides no retries.
package delivery
