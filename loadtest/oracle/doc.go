// Package oracle checks a run: what voters sent and were answered (VoteLog), what screens saw
// (ScreenCheck, against the one EventLog of a session), and what REST says must agree.
//
// What a server must keep:
//
//   - a screen sees every event once, in order, without a gap, from its first seq
//     on, across reconnects and restarts;
//   - all screens see the same bytes under the same seq, for ever;
//   - an acknowledged vote is in exactly one event, with the name, the direction,
//     the timestamp and the game it was cast for; a refused one in none; one whose
//     outcome is unknown in at most one;
//   - the totals in the events count up one by one, and REST and tallies say the same;
//   - an acknowledged vote in a poll is in its outcome, a refused one is not, and the
//     winner has the most votes (Polls).
//
// It is pure: no sockets, no clock but the vote log's, no goroutines. Whatever does not fit is
// a finding.
package oracle
