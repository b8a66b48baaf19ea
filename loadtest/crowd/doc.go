// Package crowd puts load on a running server: screens that watch sessions over WebSocket, and
// voters over REST, WebSocket requests or batches.
//
// In open loop votes are due by a schedule that does not wait for the server, and latency counts
// from when a vote was due, so that a stall shows in the figures instead of slowing the load down.
// Closed loop, as fast as so many clients can, measures the maximum.
//
// Every run is checked by the oracle: figures of a run that lost or doubled an event are worth
// nothing. The crowd must use little CPU, it shares the machine with the server.
package crowd
