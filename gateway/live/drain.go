package live

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"time"

	"partyline/protocol"
)

// Drain turns new peers away and sends the others off: each is told when to come
// back, gets what waits for it (replies, and events up to the head), and is closed
// with 1001; a chunk at a time, so that they do not all come back at once. It returns
// when all are gone, or with ctx's error when its time is up; then Close ends the
// rest.
func (e *Engine) Drain(ctx context.Context) error {
	e.draining.Store(true)
	peers := e.everyone()
	for len(peers) > 0 && ctx.Err() == nil {
		n := min(drainChunk, len(peers))
		for _, p := range peers[:n] {
			p.dismiss()
		}
		peers = peers[n:]
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

// dismiss tells a peer that the server stops, and closes it when it has everything.
func (p *Peer) dismiss() {
	wait := drainPause + time.Duration(rand.Int64N(int64(reconnectWindow)))
	if b, err := json.Marshal(protocol.Draining{Type: protocol.MessageDraining, ReconnectInMs: wait.Milliseconds()}); err == nil { // numbers: it cannot fail
		p.Send(b)
	}
	p.finish(protocol.CloseGoingAway, "Server is shutting down")
}
