// Package crowd puts a load on a running server: screens that watch sessions over
// WebSocket, and voters over REST, WebSocket requests or batches.
//
// Open loop is the rule: votes are due by a schedule that does not wait for the
// server, and latency counts from when a vote was due, so that a stall shows in the
// figures instead of slowing the questions down. Closed loop, as fast as so many
// clients can, is for the most that goes through.
//
// Every run is judged by the oracle: a figure from a run that lost or doubled an
// event is worth nothing. The crowd must stay cheap, it shares the machine with the
// server it measures.
package crowd
