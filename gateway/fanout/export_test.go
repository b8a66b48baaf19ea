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

// TallyInterval is the wait after a tick that showed something to so many subscribers.
func (e *Engine) TallyInterval(subscribers int) time.Duration { return e.tallyInterval(subscribers) }
