// Package oracle judges a run: what the voters sent and were told (Ledger), what
// every screen saw (Witness, against the one Record of its session), and what REST
// says at the end must agree.
//
// What it holds a server to:
//
//   - a screen sees every event once, in order, without a gap, from its first seq
//     on, across reconnects and restarts;
//   - all screens see the same bytes under the same seq, for ever;
//   - an acknowledged vote stands in exactly one event, with the name, the thumb,
//     the timestamp and the game it was cast for; a refused one in none; one whose
//     outcome is unknown in at most one;
//   - the totals in the events count up one by one, and REST and tallies say the same;
//   - an acknowledged vote in a poll is in its outcome, a refused one is not, and the
//     winner has the most votes (Polls).
//
// It is pure: no sockets, no clock but the ledger's, no goroutines. It never
// repairs or forgives: whatever does not fit becomes a finding.
package oracle
