package fanout

import "time"

// Pumping says whether the peer's socket takes no more at the moment.
func (c *Conn) Pumping() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slowWriting
}

// Paused says whether the peer's reader waits until answers are read.
func (c *Conn) Paused() bool { return c.readPaused.Load() }

// Beat is one heartbeat: for tests whose own clock stands still.
func (e *Engine) Beat(limit int64) { e.checkConns(e.heartbeats.Add(1), limit) }

// TallyInterval is how long tallies rest that so many have been shown.
func (e *Engine) TallyInterval(crowd int) time.Duration { return e.tallyInterval(crowd) }
