package fanout

import "time"

// SlowWriting returns whether the socket is full at the moment.
func (c *Conn) SlowWriting() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slowWriting
}

// ReadPaused returns whether the reader waits until replies are read.
func (c *Conn) ReadPaused() bool { return c.readPaused.Load() }

// Heartbeat does one check of all connections, for tests that stop the ticker.
func (e *Engine) Heartbeat(limit int64) { e.checkConns(e.heartbeats.Add(1), limit) }

// TallyTime is how long writing a tally to so many subscribers may take.
func (e *Engine) TallyTime(subscribers int) time.Duration { return e.tallyTime(subscribers) }
