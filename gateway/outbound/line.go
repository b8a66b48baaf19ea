package outbound

import (
	"net/http"
	"sync"
	"time"

	"partyline/protocol"
)

const (
	// DefaultMaxConnections is how many connections there may be at a time, with attempts
	// under way or kept for the next; hundreds of webhooks are far more than a hub of game
	// nights has. Each is an open file.
	DefaultMaxConnections = 256
	// lineIdle is how long a line that nobody uses is kept.
	lineIdle = 5 * time.Minute
	// connIdle is how long a connection without requests is kept: through the pauses
	// between votes, but not through a whole game.
	connIdle = 30 * time.Second
	// maxHeader bounds the headers of an answer, in bytes.
	maxHeader = 64 << 10
)

// line is the transport of one webhook.
type line struct {
	transport *http.Transport
	busy      int
	used      time.Time
	retired   bool
}

// exchange holds the lines, one for each webhook that was used of late. Old lines are
// looked for when a new one is made; nothing runs in between, as the connections of
// an unused line close by themselves after connIdle.
type exchange struct {
	dialer *dialer
	// most is how many lines there may be.
	most int

	mu     sync.Mutex
	lines  map[protocol.WebhookID]*line
	flying sync.WaitGroup
	closed bool
}

// take returns the webhook's line for one attempt; it must be given back. There is
// none after close.
func (x *exchange) take(id protocol.WebhookID, now time.Time) *line {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return nil
	}
	l := x.lines[id]
	if l == nil {
		x.makeRoom(now)
		l = &line{transport: newTransport(x.dialer)}
		x.lines[id] = l
	}
	l.busy++
	l.used = now
	x.flying.Add(1)
	return l
}

// give returns a line after an attempt. One that was retired meanwhile may have put
// its connection to rest again.
func (x *exchange) give(l *line) {
	defer x.flying.Done()
	x.mu.Lock()
	l.busy--
	retired := l.retired
	x.mu.Unlock()
	if retired {
		l.transport.CloseIdleConnections()
	}
}

// drop retires the webhook's line. An attempt in flight goes on and closes its
// connection at the end.
func (x *exchange) drop(id protocol.WebhookID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.retire(id)
}

// close retires all lines, for ever. Wait for flying afterwards.
func (x *exchange) close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closed = true
	for id := range x.lines {
		x.retire(id)
	}
}

func (x *exchange) retire(id protocol.WebhookID) {
	if l := x.lines[id]; l != nil {
		delete(x.lines, id)
		l.retired = true
		l.transport.CloseIdleConnections()
	}
}

// makeRoom retires the lines that are idle too long, and the one longest at rest when
// there are too many. Busy lines stay: there are as many as attempts in flight, and not
// more of these than lines there may be.
func (x *exchange) makeRoom(now time.Time) {
	var oldest protocol.WebhookID
	var since time.Time
	for id, l := range x.lines {
		switch {
		case l.busy > 0:
		case now.Sub(l.used) >= lineIdle:
			x.retire(id)
		case since.IsZero() || l.used.Before(since):
			oldest, since = id, l.used
		}
	}
	if len(x.lines) >= x.most && !since.IsZero() {
		x.retire(oldest)
	}
}

func newTransport(d *dialer) *http.Transport {
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  nil, // a proxy would resolve and dial past the fence
		DialContext:            d.dial,
		DialTLSContext:         d.dialTLS,
		Protocols:              &http1,
		DisableCompression:     true, // what is not unpacked cannot be a bomb
		MaxIdleConns:           1,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        connIdle,
		MaxResponseHeaderBytes: maxHeader,
	}
}
