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
type census struct {
	open    atomic.Int64
	most    int64
	crowds  crowds // of HTTP connections, by who is at their other end
	sockets crowds // of WebSockets, by who is behind trusted proxies
}

func newCensus(o DoorOptions) *census {
	most := o.MaxConnections
	if most <= 0 {
		most = DefaultMaxConnections
	}
	return &census{most: int64(most), crowds: newCrowds(o.MaxPerAddress, o.TrustedProxies), sockets: newCrowds(o.MaxPerAddress, o.TrustedProxies)}
}

func (c *census) full() bool { return c.open.Load() >= c.most }

// track is for http.Server.ConnState, which tells of a new connection before the next
// is accepted. The server hears nothing more of a connection that becomes a WebSocket:
// its socket counts it out.
func (c *census) track(conn net.Conn, s http.ConnState) {
	switch s {
	case http.StateNew:
		c.open.Add(1)
		c.crowds.come(addrOf(conn))
	case http.StateHijacked:
		c.crowds.leave(addrOf(conn))
	case http.StateClosed:
		c.open.Add(-1)
		c.crowds.leave(addrOf(conn))
	case http.StateActive, http.StateIdle:
	}
}

// listener closes what comes while the house is full, or somebody's share of it.
// Closing at once is kinder than leaving it in the backlog: the client knows and comes
// back.
type listener struct {
	net.Listener
	census     *census
	handshakes *handshakes
	log        zerolog.Logger
}

func (l listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || !l.turnsAway(c) {
			return c, err
		}
		_ = c.Close() // nobody waits for what became of it
	}
}

func (l listener) turnsAway(c net.Conn) bool {
	if l.census.full() {
		return true
	}
	over, first := l.census.crowds.full(addrOf(c))
	if first {
		tellOfCrowd(l.log, "HTTP", l.census.crowds.most)
	}
	return over || l.handshakes.turnsAway(addrOf(c), time.Now())
}

func tellOfCrowd(log zerolog.Logger, kind string, limit int) {
	log.Warn().Str("kind", kind).Int("limit", limit).
		Msg("one address has as many connections as one may; if that is a proxy, name it as trusted")
}

// addrOf is the zero Addr when there is none; all such count as one.
func addrOf(c net.Conn) netip.Addr {
	ap, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap()
}
