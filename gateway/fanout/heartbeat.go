package fanout

import (
	"context"
	"partyline/protocol"
	"time"
)

// runHeartbeat checks all connections at each HeartbeatInterval, for as long as the engine
// lives: it pings silent connections and drops those that stay silent. There is no timer per
// connection.
func (e *Engine) runHeartbeat() {
	ticker := time.NewTicker(e.options.HeartbeatInterval)
	defer ticker.Stop()
	limit := max(3, int64(e.options.SilenceTimeout/e.options.HeartbeatInterval))
	for {
		select {
		case <-ticker.C:
			e.checkConns(e.heartbeats.Add(1), limit)
		case <-e.ctx.Done():
			return
		}
	}
}

// checkConns pings each connection after every quarter of the limit without a byte from it,
// and aborts it after limit heartbeats.
func (e *Engine) checkConns(now, limit int64) {
	every := max(1, limit/4)
	for _, c := range e.allConns() {
		switch silent := now - c.lastHeard.Load(); {
		case c.readPaused.Load(): // its pongs are not read; StallTimeout ends it when it accepts nothing
		case silent > limit:
			e.stats.closedSilent.Add(1)
			c.abort()
		case silent > 0 && silent%every == 0:
			c.requestPing()
		}
	}
}

// requestPing queues a ping, unless the socket is full: then the slow writer finds out whether
// the client lives.
func (c *Conn) requestPing() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.slowWriting || c.dead {
		return
	}
	c.pingDue = true
	c.wake()
}

// Limits of a client's pings. Each costs a write, so a ping is cheaper to send than to answer,
// and no client needs more than one in some seconds.
const (
	// maxPongsPerHeartbeat pings of one heartbeat are answered. RFC 6455 (5.5.3) lets an
	// endpoint that is behind answer only the newest.
	maxPongsPerHeartbeat = 16
	// maxPingsPerHeartbeat pings in one heartbeat close the connection with 4009.
	maxPingsPerHeartbeat = 512
)

// pings counts the client's pings since the last heartbeat.
type pings struct {
	tick  int64
	count int
}

// onPing returns whether a ping is answered. The library calls it from the reader.
func (c *Conn) onPing(context.Context, []byte) bool {
	if now := c.engine.heartbeats.Load(); now != c.pings.tick {
		c.pings = pings{tick: now}
	}
	c.pings.count++
	if c.pings.count == maxPingsPerHeartbeat {
		c.Close(protocol.CloseTooMany, "Too many pings")
	}
	return c.pings.count <= maxPongsPerHeartbeat
}
