// Package crash kills a server over and over while a crowd uses it, and has the
// oracle judge after each restart: every acknowledged vote is there exactly once, no
// screen meets a gap, a double or another past, totals are what the events say, a
// vote sent again with its Idempotency-Key counts once, and what was acknowledged in a
// poll is in its outcome.
//
// The host is the real program under SIGKILL, or, to test this test, a fake that
// forgets. Nothing here may know how the server stores anything: it is judged by
// what it tells its clients.
package crash
