package fanout

import "time"

// beat looks at every peer now and then, for as long as the engine lives: it pings
// those that are silent and drops those that stay so. There is no timer per peer.
func (e *Engine) beat() {
	ticker := time.NewTicker(e.o.HeartbeatInterval)
	defer ticker.Stop()
	limit := max(3, int64(e.o.SilenceTimeout/e.o.HeartbeatInterval))
	for {
		select {
		case <-ticker.C:
			e.listen(e.tick.Add(1), limit)
		case <-e.ctx.Done():
			return
		}
	}
}

// listen is one look. A peer is pinged after each quarter of the limit without a word.
func (e *Engine) listen(now, limit int64) {
	every := max(1, limit/4)
	for _, p := range e.everyone() {
		switch silent := now - p.seen.Load(); {
		case p.paused.Load(): // its pongs are not read; Stall ends it when it takes nothing
		case silent > limit:
			e.stats.silent.Add(1)
			p.hangUp()
		case silent > 0 && silent%every == 0:
			p.sendPing()
		}
	}
}

// sendPing queues a ping, unless the socket is full: then it is the pump's business
// whether the peer lives.
func (p *Conn) sendPing() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pumping || p.dead {
		return
	}
	p.ping = true
	p.wake()
}
