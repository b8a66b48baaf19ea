// Package fanout sends a session's events to thousands of WebSocket connections. It knows
// sockets, topics, cursors, workers and heartbeats. It does not know tokens, the JSON of
// clients' messages, or REST; those belong to the gateway.
//
// How an event goes out: the session's actor publishes into a ring (package feed), which
// notifies the topic of that session. The topic is queued once, its shards of subscribers are
// queued, and a few workers go through the shards. For each connection a worker collects
// everything that is newer than the connection's cursors, from all its subscriptions, behind
// the replies that wait, and hands it to the kernel in one write that does not block. There is
// no queue per subscriber and no goroutine per event; the only lasting goroutine of a
// connection is its reader.
//
// A connection whose socket is full gets a goroutine for as long as that lasts, the slow
// writer. It holds the rest of one frame and waits; everything else about the connection is a
// cursor. When the socket takes bytes again, sending goes on from the cursor: from the ring,
// or when the ring no longer has those events, from the journal or with a snapshot. A
// connection that accepts nothing for StallTimeout is closed with 4008. So the cost of a slow
// client does not depend on how much it misses, and nobody waits for it.
//
// github.com/coder/websocket does the handshake, the reading, control frames and the closing
// handshake. Data frames bypass it, framed once for all connections; both write under the
// connection's lock and only at frame boundaries.
//
// The bytes that connections leave unread have a budget, for each address and for all
// (unreadBudget): above it, the connections with the most are closed with 4008.
//
// Locks are taken in this order: Conn.mu, then any one of Engine.mu, shard.mu, outbox.mu and
// those of catchupQueue, unreadBudget and feed, then the queue's.
package fanout
