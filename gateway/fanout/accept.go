package fanout

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/coder/websocket"

	"partyline/protocol"
)

// AcceptOptions of one handshake.
type AcceptOptions struct {
	// OriginPatterns are the hosts whose pages may connect, beside our own; "*" is all.
	OriginPatterns []string
	// ClientAddr is the address that the connection comes from: all connections of one address
	// share a budget of unread bytes. The zero Addr has no such budget.
	ClientAddr netip.Addr
	// ChargeReplay is called with the number of bytes that were read from the journal for the
	// connection, and returns how long they have to wait. It must not block; nil never waits.
	ChargeReplay func(bytes int) time.Duration
	// Tag is whatever the caller wants to find again in Conn.Tag.
	Tag any
}

// Accept answers the handshake of a WebSocket. When it fails it has answered the request with
// an error. The caller must call Serve on the connection and leave the HTTP handler: neither
// needs the other any more.
func (e *Engine) Accept(w http.ResponseWriter, r *http.Request, o AcceptOptions) (*Conn, error) {
	if e.draining.Load() {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "shutting down", http.StatusServiceUnavailable)
		return nil, ErrClosed
	}
	c := newConn(e, o)
	ws, err := websocket.Accept(&connCapture{w, c}, r, &websocket.AcceptOptions{
		OriginPatterns: o.OriginPatterns, CompressionMode: websocket.CompressionDisabled, OnPingReceived: c.onPing,
	})
	if err != nil {
		e.unread.removeConn(c.address)
		return nil, err
	}
	ws.SetReadLimit(protocol.MaxMessage)
	c.ws = ws
	return c, nil
}

// connCapture is a ResponseWriter that keeps the connection when it is hijacked, and gives the
// library a libraryConn in its place, with buffers that are small: the server's own are 4 KiB
// each, for as long as the connection lives.
type connCapture struct {
	http.ResponseWriter
	conn *Conn
}

// Hijack implements http.Hijacker.
func (c *connCapture) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(c.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, _ := rw.Reader.Peek(rw.Reader.Buffered()) // what came right behind the handshake
	c.conn.setNetConn(conn, bytes.Clone(early))
	wire := (*libraryConn)(c.conn)
	return wire, bufio.NewReadWriter(bufio.NewReaderSize(wire, readBufferSize), bufio.NewWriterSize(wire, controlBufferSize)), nil
}

// tcpConn is a bare TCP connection, also one that had been taken over from net/http.
type tcpConn interface {
	syscall.Conn
	CloseWrite() error
}

// setNetConn sets the connection to write to. A bare TCP connection is written to without
// blocking; any other, TLS above all, by the slow writer.
func (c *Conn) setNetConn(conn net.Conn, early []byte) {
	c.netConn = conn
	if len(early) > 0 {
		c.earlyBytes = early
	}
	tcp, ok := conn.(tcpConn)
	if !ok || !canWriteRaw {
		return
	}
	if raw, err := tcp.SyscallConn(); err == nil {
		limitUnsent(raw, notSentLowat)
		c.rawConn = raw
	}
}
