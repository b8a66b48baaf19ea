package gateway

import (
	"net"
	"net/http"
	"sync/atomic"
)

// DefaultMaxConnections leaves a process that may open 20,000 files a thousand for
// the journal and for connections out.
const DefaultMaxConnections = 19_000

// census counts the open connections, HTTP and WebSocket.
type census struct {
	http, sockets *atomic.Int64
	most          int64
}

func newCensus(most int) census {
	if most <= 0 {
		most = DefaultMaxConnections
	}
	return census{http: new(atomic.Int64), sockets: new(atomic.Int64), most: int64(most)}
}

func (c census) full() bool { return c.http.Load()+c.sockets.Load() >= c.most }

// track is for http.Server.ConnState. A connection that becomes a WebSocket leaves
// the server's count.
func (c census) track(_ net.Conn, s http.ConnState) {
	switch s {
	case http.StateNew:
		c.http.Add(1)
	case http.StateHijacked, http.StateClosed:
		c.http.Add(-1)
	case http.StateActive, http.StateIdle:
	}
}

// listener closes what comes while the house is full. Closing at once is kinder than
// leaving it in the backlog: the client knows and comes back.
type listener struct {
	net.Listener
	census census
}

func (l listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || !l.census.full() {
			return c, err
		}
		_ = c.Close() // nobody waits for what became of it
	}
}
