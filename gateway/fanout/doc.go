// Package fanout brings a session's events to thousands of screens: it is the engine
// below the WebSocket protocol. It knows sockets, topics, cursors, workers and
// heartbeats. It does not know tokens, the JSON of clients' messages, or REST; that
// is the gateway's.
//
// How an event goes out. The session's actor publishes into a ring (package feed)
// and rings the bell. The topic of that session is queued once, cut into chunks of
// subscribers, and a few workers go through the chunks. For each peer a worker
// gathers everything that is new since the peer's cursors, from all its
// subscriptions, behind the replies that wait for it, and hands it to the kernel in
// one write that does not wait. There is no queue per subscriber and no goroutine
// per event; the only goroutine of a peer is its reader.
//
// A peer whose socket is full gets a goroutine for as long as that lasts, the pump.
// It holds the rest of one frame and waits; everything else about the peer is a
// cursor. When the socket takes bytes again the peer goes on from its cursor: from
// the ring, or when that has moved on, from the journal or with a snapshot. When it
// takes nothing for StallTimeout it is closed with 4008. So what a slow peer costs
// does not depend on how much it misses, and nobody waits for it.
//
// github.com/coder/websocket does the handshake, the reading, control frames and
// the closing handshake. Data frames go past it, made once for all peers; both
// write under the peer's lock and only at frame boundaries.
//
// What peers leave unread has a budget, for each address and for all (unread): over it
// those with the most are closed with 4008.
//
// Locks are taken in this order: Peer.mu, then any one of Engine.mu, chunk.mu,
// outbox.mu and those of recovery, unread and feed, then the queue's.
package fanout
