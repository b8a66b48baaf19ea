package keepalive

import (
	"bytes"
	"net"
	"net/http"
	"time"
)

// returnedConn is a connection that net/http gets back: it reads first what has been read
// already.
type returnedConn struct {
	*net.TCPConn
	early  []byte
	needed int // see tracker
}

// Read implements net.Conn.
func (c *returnedConn) Read(b []byte) (int, error) {
	if len(c.early) == 0 {
		return c.TCPConn.Read(b)
	}
	n := copy(b, c.early)
	c.early = c.early[n:]
	return n, nil
}

// giveBack has the server serve the connection as a new one that begins with the bytes read.
// It returns false when the server takes no more.
func (c *Conn) giveBack(read []byte) bool {
	read = read[lineEnds(read):]
	back := &returnedConn{early: bytes.Clone(read), needed: 2 * firstRun}
	switch conn := c.conn.(type) {
	case *net.TCPConn:
		back.TCPConn = conn
	case *returnedConn:
		back.TCPConn, back.early, back.needed = conn.TCPConn, append(back.early, conn.early...), 2*conn.needed
	default:
		return false
	}
	_ = back.SetDeadline(time.Time{}) // the server sets its own
	l := &oneConn{conn: back}
	_ = c.server.Serve(l) // returns at once: there is no second connection
	return l.conn == nil
}

// lineEnds counts the bytes in front of a request that net/http passes over behind a POST, as
// RFC 9112, section 2.2, wants it: old clients send a line end behind a body.
func lineEnds(read []byte) (n int) {
	for n < min(len(read), fewestBytes) && (read[n] == '\r' || read[n] == '\n') {
		n++
	}
	return n
}

// oneConn is a listener with one connection.
type oneConn struct{ conn net.Conn }

// Accept implements net.Listener.
func (l *oneConn) Accept() (net.Conn, error) {
	if l.conn == nil {
		return nil, http.ErrServerClosed
	}
	conn := l.conn
	l.conn = nil
	return conn, nil
}

// Close implements net.Listener.
func (l *oneConn) Close() error { return nil }

// Addr implements net.Listener.
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }
