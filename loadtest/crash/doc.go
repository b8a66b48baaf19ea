// Package crash kills a server over and over while a crowd uses it, and has the
// oracle judge after each restart: every acknowledged vote is there exactly once, no
// screen meets a gap, a double or another past, totals are what the events say, a
// vote sent again with its Idempotency-Key counts once, and what was acknowledged in a
// poll is in its outcome. Webhooks are judged beside it (package webhooks).
//
// The server is the real program under SIGKILL; to test this test there is a proxy
// before it that breaks the contract (package faultproxy). Nothing here may know how the
// server stores anything: it is judged by what it tells its clients.
package crash
