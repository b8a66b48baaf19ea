package fanout

import (
	"net"
	"time"

	"partyline/protocol"
)

// runSlowWriter serves a connection whose socket was full, until everything is written. It is
// the only goroutine that waits for a socket. While it waits it holds the rest of one frame
// and no lock; what is to follow is collected when the socket takes bytes again, so a client
// that comes back after seconds gets what is new then.
func (c *Conn) runSlowWriter() {
	for {
		err := c.writePartial()
		if err != nil {
			c.slowWriteFailed(err)
		}
		if err != nil || !c.flushAfterPartial() {
			return
		}
	}
}

// flushAfterPartial is called when partialFrame is written. It returns true when there is one
// again.
func (c *Conn) flushAfterPartial() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.setPartial(nil, false)
	c.slowWriting = false
	if c.closeSent && !c.dead {
		c.halfClose()
	}
	if c.flushPooled() {
		return true
	}
	c.slowWriterEnded()
	return false
}

// slowWriterEnded wakes the goroutine that waits for the end of the slow writer. The lock is
// held.
func (c *Conn) slowWriterEnded() {
	if c.slowWriterDone != nil {
		close(c.slowWriterDone)
		c.slowWriterDone = nil
	}
}

// writePartial writes partialFrame, waiting no longer than StallTimeout for each step forward.
func (c *Conn) writePartial() error {
	defer func() { _ = c.netConn.SetWriteDeadline(time.Time{}) }() // else it would fail a later write
	if c.rawConn == nil {
		return c.writeBlocking()
	}
	rest := c.partialFrame
	var failure error
	step := func(fd uintptr) bool {
		n, err := writeRaw(fd, rest)
		rest, failure = rest[n:], err
		return n > 0 || err != nil // else wait until the socket is writable
	}
	for len(rest) > 0 && failure == nil {
		_ = c.netConn.SetWriteDeadline(c.stallDeadline())
		if err := c.rawConn.Write(step); err != nil {
			c.mu.Lock()
			c.partialFrame = rest
			c.mu.Unlock()
			return err
		}
	}
	return failure
}

// writeBlocking writes the rest on a connection that is not a bare TCP connection. A write
// that was cut off cannot be resumed, so each must be small enough for the slowest honest
// client.
func (c *Conn) writeBlocking() error {
	for rest := c.partialFrame; len(rest) > 0; {
		n := min(len(rest), maxBlockingWrite)
		_ = c.netConn.SetWriteDeadline(c.stallDeadline())
		if _, err := c.netConn.Write(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// slowWriteFailed ends a connection that accepted nothing for StallTimeout, or broke.
func (c *Conn) slowWriteFailed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.slowWriterEnded()
	if c.dead {
		c.setPartial(nil, false)
		return
	}
	sent := false
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		if !c.evicted.Load() {
			c.engine.stats.closedSlow.Add(1)
		}
		sent = c.sendTooSlow()
	}
	c.setPartial(nil, false)
	c.closeSent, c.slowWriting = true, false
	if !sent {
		c.abort()
	}
}

// sendTooSlow gives the rest of the begun frame and a close frame to the kernel after all, by
// lifting the limit on unsent bytes: a client that comes back reads in order what it missed
// and why it was closed.
func (c *Conn) sendTooSlow() bool {
	if c.rawConn == nil || c.closeSent {
		return false
	}
	last := append(c.partialFrame, closeFrame(protocol.CloseTooSlow, "Too slow")...)
	limitUnsent(c.rawConn, len(last)+maxWrite)
	n := 0
	err := c.rawConn.Write(func(fd uintptr) bool {
		n, _ = writeRaw(fd, last)
		return true
	})
	if err != nil || n < len(last) {
		return false
	}
	c.outbox.requestClose(closeRequest{frame: last}) // nothing more is accepted
	c.halfClose()
	return true
}
