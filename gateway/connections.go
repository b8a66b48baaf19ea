package gateway

import (
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// DefaultMaxConnections leaves a process that may open 20,000 files a thousand for
// the journal and for connections out.
const DefaultMaxConnections = 19_000

// census counts the open connections, HTTP and WebSocket in one: one that becomes the
// other is at no moment counted twice, or not at all.
type connections struct {
	open    atomic.Int64
	limit   int64
	http    addressConnections // of HTTP connections, by who is at their other end
	sockets addressConnections // of WebSockets, by who is behind trusted proxies
}

func newConnections(o ServerOptions) *connections {
	most := o.MaxConnections
	if most <= 0 {
		most = DefaultMaxConnections
	}
	return &connections{limit: int64(most), http: newAddressConnections(o.MaxPerAddress, o.TrustedProxies), sockets: newAddressConnections(o.MaxPerAddress, o.TrustedProxies)}
}

func (c *connections) full() bool { return c.open.Load() >= c.limit }

// track is for http.Server.ConnState, which tells of a new connection before the next
// is accepted. The server hears nothing more of a connection that becomes a WebSocket:
// its socket counts it out.
func (c *connections) track(conn net.Conn, s http.ConnState) {
	switch s {
	case http.StateNew:
		c.open.Add(1)
		c.http.add(remoteAddr(conn))
	case http.StateHijacked:
		c.http.remove(remoteAddr(conn))
	case http.StateClosed:
		c.open.Add(-1)
		c.http.remove(remoteAddr(conn))
	case http.StateActive, http.StateIdle:
	}
}

// listener closes what comes while the house is full, or somebody's share of it.
// Closing at once is kinder than leaving it in the backlog: the client knows and comes
// back.
type limitedListener struct {
	net.Listener
	connections *connections
	handshakes  *handshakeLimit
	log         zerolog.Logger
}

func (l limitedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || !l.refuses(c) {
			return c, err
		}
		_ = c.Close() // nobody waits for what became of it
	}
}

func (l limitedListener) refuses(c net.Conn) bool {
	if l.connections.full() {
		return true
	}
	over, first := l.connections.http.full(remoteAddr(c))
	if first {
		logAddressFull(l.log, "HTTP", l.connections.http.limit)
	}
	return over || l.handshakes.refuses(remoteAddr(c), time.Now())
}

func logAddressFull(log zerolog.Logger, kind string, limit int) {
	log.Warn().Str("kind", kind).Int("limit", limit).
		Msg("one address has as many connections as one may; if that is a proxy, name it as trusted")
}

// addrOf is the zero Addr when there is none; all such count as one.
func remoteAddr(c net.Conn) netip.Addr {
	ap, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}
