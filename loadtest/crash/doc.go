// Package crash kills a server again and again under load, and has the oracle check after each
// restart: every acknowledged vote is there exactly once, no screen sees a gap, a double or a
// changed event, totals fit the events, a vote sent again with its Idempotency-Key counts once,
// and acknowledged votes of a poll are in its outcome. Package webhooks checks the webhooks.
//
// The server is the real program under SIGKILL, and checked by what clients see of it, not by how
// it stores anything. A proxy that breaks the contract tests these checks (package faultproxy).
package crash
