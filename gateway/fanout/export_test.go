package fanout

import "time"

// Pumping says whether the peer's socket takes no more at the moment.
func (p *Conn) Pumping() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pumping
}

// Paused says whether the peer's reader waits until answers are read.
func (p *Conn) Paused() bool { return p.paused.Load() }

// Beat is one heartbeat: for tests whose own clock stands still.
func (e *Engine) Beat(limit int64) { e.listen(e.tick.Add(1), limit) }

// TallyInterval is how long tallies rest that so many have been shown.
func (e *Engine) TallyInterval(crowd int) time.Duration { return e.tallyInterval(crowd) }
