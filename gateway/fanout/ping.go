package fanout

import (
	"context"

	"partyline/protocol"
)

// Limits of a client's pings. Each costs a write, so they are cheaper to send than to
// answer, and no client needs more than one in some seconds.
const (
	// answeredPings of one heartbeat get a pong. RFC 6455 (5.5.3) lets an endpoint that
	// is behind answer the newest alone.
	answeredPings = 16
	// maxPings of one heartbeat close the connection with 4009.
	maxPings = 512
)

// pings counts what came since the last heartbeat.
type pings struct {
	tick  int64
	count int
}

// pinged says whether a ping is answered. The library calls it from the reader.
func (p *Conn) pinged(context.Context, []byte) bool {
	if now := p.engine.tick.Load(); now != p.pings.tick {
		p.pings = pings{tick: now}
	}
	p.pings.count++
	if p.pings.count == maxPings {
		p.Close(protocol.CloseTooMany, "Too many pings")
	}
	return p.pings.count <= answeredPings
}
