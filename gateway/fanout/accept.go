package fanout

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/coder/websocket"

	"partyline/protocol"
)

// AcceptOptions of one handshake.
type AcceptOptions struct {
	// OriginPatterns are the hosts whose pages may connect, beside our own; "*" is all.
	OriginPatterns []string
	// From is where the connection comes from: all of one address share a budget of bytes
	// that they have not read. The zero Addr has no part in that.
	ClientAddr netip.Addr
	// Pay is told how many bytes were read from the journal for the peer, and says how long
	// it has to wait for them. It must not block; nil lets nobody wait.
	ChargeReplay func(bytes int) time.Duration
	// Tag is whatever the caller wants to find again on the Peer.
	Tag any
}

// Accept answers the handshake of a WebSocket. When it fails it has answered the
// request with an error. The caller must call Serve on the peer, and leave the HTTP
// handler: neither needs the other any more.
func (e *Engine) Accept(w http.ResponseWriter, r *http.Request, o AcceptOptions) (*Conn, error) {
	if e.draining.Load() {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "shutting down", http.StatusServiceUnavailable)
		return nil, ErrClosed
	}
	p := newPeer(e, o)
	ws, err := websocket.Accept(&capture{w, p}, r, &websocket.AcceptOptions{
		OriginPatterns: o.OriginPatterns, CompressionMode: websocket.CompressionDisabled, OnPingReceived: p.pinged,
	})
	if err != nil {
		e.unread.part(p.source)
		return nil, err
	}
	ws.SetReadLimit(protocol.MaxMessage)
	p.ws = ws
	return p, nil
}

// capture is a ResponseWriter that keeps the connection when it is hijacked, and
// gives the library the peer's face of it with buffers that are small: the server's
// own are 4 KiB each, for as long as the connection lives.
type capture struct {
	http.ResponseWriter
	peer *Conn
}

// Hijack implements http.Hijacker.
func (c *capture) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(c.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, _ := rw.Reader.Peek(rw.Reader.Buffered()) // what came right behind the handshake
	c.peer.take(conn, bytes.Clone(early))
	wire := (*wire)(c.peer)
	return wire, bufio.NewReadWriter(bufio.NewReaderSize(wire, readBuffer), bufio.NewWriterSize(wire, controlBuffer)), nil
}

// take makes the connection the peer's. A bare TCP connection is written to without
// waiting; any other, TLS above all, by the pump.
func (p *Conn) take(conn net.Conn, early []byte) {
	p.conn = conn
	if len(early) > 0 {
		p.early = early
	}
	tcp, ok := conn.(*net.TCPConn)
	if !ok || !canWriteRaw {
		return
	}
	if raw, err := tcp.SyscallConn(); err == nil {
		limitUnsent(raw, notSentLowat)
		p.raw = raw
	}
}
