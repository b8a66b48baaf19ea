package fanout

import (
	"bytes"
	"net"
	"runtime"
	"time"
)

// libraryConn is the net.Conn that the WebSocket library sees. The library reads from it, and
// writes control frames, each with one Write.
type libraryConn Conn

var _ net.Conn = (*libraryConn)(nil)

// Read implements net.Conn. Any byte counts as a sign of life.
func (l *libraryConn) Read(b []byte) (int, error) {
	if len(l.earlyBytes) > 0 {
		n := copy(b, l.earlyBytes)
		if l.earlyBytes = l.earlyBytes[n:]; len(l.earlyBytes) == 0 {
			l.earlyBytes = nil
		}
		return n, nil
	}
	l.yield()
	n, err := l.netConn.Read(b)
	if n > 0 {
		l.lastHeard.Store(l.engine.heartbeats.Load())
		l.bytesSinceYield += n
	}
	return n, err
}

// yieldBytes is how much one connection's reader reads before it yields the CPU. A client that
// floods always has more to read, so its reader never waits by itself and would keep its core
// until it is preempted, 10 ms later: forty of them make everybody else wait for a second.
// This much takes a tenth of a millisecond.
const yieldBytes = 4 << 10

func (l *libraryConn) yield() {
	if l.bytesSinceYield >= yieldBytes {
		l.bytesSinceYield = 0
		runtime.Gosched()
	}
}

// Write implements net.Conn for one control frame. It does not wait: when the socket is full,
// or a data frame is half written, the frame goes out at the next boundary, and until then a
// newer pong replaces an older one, as RFC 6455 allows.
//
// Only a close frame is waited for, because the library ends the connection behind it.
func (l *libraryConn) Write(frame []byte) (int, error) {
	const opcode, opClose = 0x0f, 0x8
	c := (*Conn)(l)
	if frame[0]&opcode == opClose {
		c.outbox.requestClose(closeRequest{frame: bytes.Clone(frame)})
		c.awaitCloseSent()
		return len(frame), nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pendingPong = append(c.pendingPong[:0], frame...)
	if c.flushPooled() {
		c.engine.startTask(c.runSlowWriter)
	}
	return len(frame), nil
}

// awaitCloseSent returns when the close frame is with the kernel, or never will be.
func (c *Conn) awaitCloseSent() {
	c.mu.Lock()
	if c.flushPooled() {
		c.mu.Unlock()
		c.runSlowWriter()
		return
	}
	if !c.slowWriting {
		c.mu.Unlock()
		return
	}
	ended := make(chan struct{})
	c.slowWriterDone = ended
	c.mu.Unlock()
	<-ended
}

// Close implements net.Conn.
func (l *libraryConn) Close() error { return l.netConn.Close() }

// LocalAddr implements net.Conn.
func (l *libraryConn) LocalAddr() net.Addr { return l.netConn.LocalAddr() }

// RemoteAddr implements net.Conn.
func (l *libraryConn) RemoteAddr() net.Addr { return l.netConn.RemoteAddr() }

// SetDeadline implements net.Conn. The deadlines of the connection belong to the
// engine; the library sets none.
func (l *libraryConn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements net.Conn, like SetDeadline.
func (l *libraryConn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.Conn, like SetDeadline.
func (l *libraryConn) SetWriteDeadline(time.Time) error { return nil }
