package fanout

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"time"

	"partyline/protocol"
)

// Drain refuses new connections and closes the others: each client is told when to reconnect,
// is sent what waits for it or is reserved (replies, and events up to the head), and is closed
// with 1001; a batch at a time, so that clients do not all reconnect at once. Drain returns
// when all are gone, or with ctx's error when its time is up; then Close aborts the rest.
//
// A connection is closed a moment after its client was told, so that a message that was being
// read then has reserved its reply.
func (e *Engine) Drain(ctx context.Context) error {
	e.draining.Store(true)
	var notified []*Conn
	for conns := e.allConns(); len(conns)+len(notified) > 0 && ctx.Err() == nil; {
		for _, c := range notified {
			c.closeAfterPending(protocol.CloseGoingAway, drainReason)
		}
		n := min(drainBatch, len(conns))
		notified, conns = conns[:n], conns[n:]
		for _, c := range notified {
			c.sendDraining()
		}
		if !e.sleep(drainPause) {
			break
		}
	}
	return e.awaitDrained(ctx)
}

// closeTimeout is how long a client may take to answer a close frame.
func (e *Engine) closeTimeout() time.Duration {
	if e.draining.Load() {
		return drainCloseTimeout
	}
	return closeTimeout
}

// drainReason is the reason of the close frame.
const drainReason = "Server is shutting down"

// closeForDrain closes a connection that was accepted while Drain began.
func (c *Conn) closeForDrain() {
	c.sendDraining()
	c.closeAfterPending(protocol.CloseGoingAway, drainReason)
}

// sendDraining tells the client that the server stops, and when to reconnect.
func (c *Conn) sendDraining() {
	wait := drainPause + time.Duration(rand.Int64N(int64(reconnectWindow)))
	if b, err := json.Marshal(protocol.Draining{Type: protocol.MessageDraining, ReconnectInMs: wait.Milliseconds()}); err == nil { // numbers: it cannot fail
		c.Send(b)
	}
}
