package limit

import (
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/time/rate"

	"partyline/gateway/clientaddr"
)

// ConnectionOptions say how many connections may be open. Zero values leave what stands in
// the table.
type ConnectionOptions struct {
	// MaxConnections bounds HTTP connections and WebSockets together.
	MaxConnections int
	// MaxPerAddress bounds the HTTP connections of one address, and its WebSockets.
	MaxPerAddress int
	// HandshakeRate is how many TLS handshakes one address may begin per second, 0 for no
	// limit.
	HandshakeRate float64
	// TrustedProxies stand for many clients each.
	TrustedProxies []netip.Prefix
	Log            zerolog.Logger
}

// Connections counts the open connections, HTTP and WebSocket in one: a connection that
// becomes a WebSocket is at no moment counted twice, or not at all.
type Connections struct {
	open       atomic.Int64
	most       int64
	http       addressCounts // of HTTP connections, by the address at their other end
	sockets    addressCounts // of WebSockets, by the client behind trusted proxies
	handshakes *handshakes   // nil for no limit
	log        zerolog.Logger
}

// NewConnections counts from none.
func NewConnections(o ConnectionOptions) *Connections {
	c := &Connections{
		most: int64(o.MaxConnections), log: o.Log,
		http:    newAddressCounts(&AddressConnections, o.MaxPerAddress, o.TrustedProxies),
		sockets: newAddressCounts(&AddressSockets, o.MaxPerAddress, o.TrustedProxies),
	}
	if c.most <= 0 {
		c.most = OpenConnections.Most
	}
	if o.HandshakeRate > 0 {
		c.handshakes = newHandshakes(o)
	}
	return c
}

// Track is for http.Server.ConnState, which reports a new connection before the next is
// accepted. The server reports nothing more of a connection that becomes a WebSocket:
// SocketClosed counts it out.
func (c *Connections) Track(conn net.Conn, s http.ConnState) {
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

// AddSocket counts a WebSocket of a client that is about to be opened; false when the client
// has as many as one may. The log is told when that begins.
func (c *Connections) AddSocket(client netip.Addr) bool {
	added, first := c.sockets.tryAdd(client)
	if first {
		c.logFull("WebSocket", c.sockets.most)
	}
	return added
}

// SocketFailed takes back AddSocket: the handshake did not fit, the connection is HTTP still.
func (c *Connections) SocketFailed(client netip.Addr) { c.sockets.remove(client) }

// SocketClosed counts an open WebSocket out.
func (c *Connections) SocketClosed(client netip.Addr) {
	c.open.Add(-1)
	c.sockets.remove(client)
}

// Kept counts a connection as one of HTTP still that was hijacked and is no WebSocket.
func (c *Connections) Kept(conn net.Conn) { c.http.add(remoteAddr(conn)) }

// KeptEnded counts such a connection out when it has been closed, or is the server's again,
// who has counted it anew.
func (c *Connections) KeptEnded(conn net.Conn) {
	c.open.Add(-1)
	c.http.remove(remoteAddr(conn))
}

// Exempt says that the connections of an address are not counted: loopback, and trusted
// proxies that do not say for whom they ask.
func (c *Connections) Exempt(a netip.Addr) bool { return c.sockets.isExempt(a) }

// Listener closes connections of l that come while all connections are open, or an
// address's share of them. Closing at once is kinder than leaving them in the backlog: the
// client knows and comes back. Connections are handed on as they are, because the fan-out
// engine writes to the bare TCP connection.
func (c *Connections) Listener(l net.Listener) net.Listener { return listener{l, c} }

type listener struct {
	net.Listener
	connections *Connections
}

// Accept implements net.Listener.
func (l listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || !l.connections.refuses(c) {
			return c, err
		}
		_ = c.Close() // nothing waits for what became of it
	}
}

func (c *Connections) refuses(conn net.Conn) bool {
	if c.open.Load() >= c.most {
		return true
	}
	full, first := c.http.full(remoteAddr(conn))
	if first {
		c.logFull("HTTP", c.http.most)
	}
	return full || c.handshakes.refuses(remoteAddr(conn), time.Now())
}

func (c *Connections) logFull(kind string, limit int) {
	c.log.Warn().Str("kind", kind).Int("limit", limit).
		Msg("one address has as many connections as one may; if that is a proxy, name it as trusted")
}

// remoteAddr is the zero Addr when there is none; all such count as one.
func remoteAddr(c net.Conn) netip.Addr {
	ap, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}

// handshakes bounds how often one address may begin a TLS handshake. The log is told of a
// refusal once a minute at most.
type handshakes struct {
	exempt    clientaddr.Proxies
	begun     Addresses
	perSecond float64
	log       zerolog.Logger
	logOnce   *rate.Sometimes
}

func newHandshakes(o ConnectionOptions) *handshakes {
	return &handshakes{exempt: o.TrustedProxies, begun: NewAddresses(&TLSHandshakes, o.HandshakeRate), perSecond: o.HandshakeRate,
		log: o.Log, logOnce: &rate.Sometimes{First: 1, Interval: time.Minute}}
}

// refuses counts a connection and says whether it is one too many.
func (h *handshakes) refuses(from netip.Addr, now time.Time) bool {
	if h == nil || h.exempt.Trust(from) || h.begun.Take(from, now) == 0 {
		return false
	}
	h.logOnce.Do(func() {
		h.log.Warn().Float64("per_second", h.perSecond).
			Msg("one address begins more TLS handshakes than one may; if that is a proxy, name it as trusted, if a hall, see --connect-rate")
	})
	return true
}
