package fanout

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"time"

	"partyline/protocol"
)

// Drain turns new peers away and sends the others off: each is told when to come
// back, gets what waits for it or is owed to it (replies, and events up to the head),
// and is closed with 1001; a chunk at a time, so that they do not all come back at once.
// It returns when all are gone, or with ctx's error when its time is up; then Close ends
// the rest.
//
// A peer is closed a moment after it was told, so that a message that was being read then
// has become something owed.
func (e *Engine) Drain(ctx context.Context) error {
	e.draining.Store(true)
	var told []*Conn
	for peers := e.everyone(); len(peers)+len(told) > 0 && ctx.Err() == nil; {
		for _, p := range told {
			p.finish(protocol.CloseGoingAway, goodbye)
		}
		n := min(drainChunk, len(peers))
		told, peers = peers[:n], peers[n:]
		for _, p := range told {
			p.tellDraining()
		}
		if !e.pause(drainPause) {
			break
		}
	}
	return e.awaitPeers(ctx)
}

// closeWait is how long a peer may take to answer a close frame.
func (e *Engine) closeWait() time.Duration {
	if e.draining.Load() {
		return drainCloseWait
	}
	return closeWait
}

// goodbye is the reason of the close frame.
const goodbye = "Server is shutting down"

// dismiss is for a peer that has said nothing yet.
func (p *Conn) dismiss() {
	p.tellDraining()
	p.finish(protocol.CloseGoingAway, goodbye)
}

// tellDraining tells a peer that the server stops, and when to come back.
func (p *Conn) tellDraining() {
	wait := drainPause + time.Duration(rand.Int64N(int64(reconnectWindow)))
	if b, err := json.Marshal(protocol.Draining{Type: protocol.MessageDraining, ReconnectInMs: wait.Milliseconds()}); err == nil { // numbers: it cannot fail
		p.Send(b)
	}
}
