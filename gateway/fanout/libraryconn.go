package fanout

import (
	"bytes"
	"net"
	"runtime"
	"syscall"
	"time"
)

// libraryConn is the net.Conn that the WebSocket library sees. The library reads from it, and
// writes control frames, each with one Write.
type libraryConn Conn

var _ net.Conn = (*libraryConn)(nil)

// Read implements net.Conn. Any byte counts as a sign of life.
func (l *libraryConn) Read(b []byte) (int, error) {
	if n := l.copyEarly(b); n > 0 {
		return n, nil
	}
	l.yield()
	if l.moreWaits && l.readAhead() {
		return l.copyEarly(b), nil
	}
	n, err := l.netConn.Read(b)
	if n > 0 {
		l.heard(n)
	}
	l.moreWaits = n == len(b)
	return n, err
}

func (l *libraryConn) heard(n int) {
	l.lastHeard.Store(l.engine.heartbeats.Load())
	l.bytesSinceYield += n
}

// copyEarly hands on bytes that were read before the library wanted them.
func (l *libraryConn) copyEarly(b []byte) int {
	n := copy(b, l.earlyBytes)
	if l.earlyBytes = l.earlyBytes[n:]; n > 0 && len(l.earlyBytes) == 0 {
		l.earlyBytes = nil
		if l.ahead != nil {
			l.engine.readAheads.Put(l.ahead)
			l.ahead = nil
		}
	}
	return n
}

// readAhead reads, when the last read has filled its small buffer, what has arrived already
// into a larger one, so that a client with many requests does not cost a system call for every
// third. It does not wait, so that nobody holds a large buffer who is silent.
func (l *libraryConn) readAhead() bool {
	l.moreWaits = false
	if l.rawConn == nil {
		return false
	}
	a := l.engine.readAheads.Get().(*readAhead)
	n := a.read(l.rawConn)
	if n <= 0 {
		l.engine.readAheads.Put(a)
		return false // there is nothing, or an error, which the next read gets too
	}
	l.heard(n)
	l.ahead, l.earlyBytes, l.moreWaits = a, a.buf[:n], n == len(a.buf)
	return true
}

// readAhead is a buffer of what was read ahead. RawConn wants a function, which is made once.
type readAhead struct {
	buf [yieldBytes]byte
	n   int
	f   func(fd uintptr) bool
}

func newReadAhead() *readAhead {
	a := &readAhead{}
	a.f = func(fd uintptr) bool {
		a.n = readRaw(fd, a.buf[:])
		return true // never wait for the socket
	}
	return a
}

// read returns how many bytes there were, 0 or less for none and for errors.
func (a *readAhead) read(from syscall.RawConn) int {
	a.n = 0
	if from.Read(a.f) != nil {
		return 0
	}
	return a.n
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
