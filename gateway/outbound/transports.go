package outbound

import (
	"net/http"
	"sync"
	"time"

	"partyline/protocol"
)

const (
	// DefaultMaxConnections is how many connections there may be at a time, of attempts under
	// way or kept for the next; hundreds of webhooks are far more than a hub of game nights
	// has. Each is an open file.
	DefaultMaxConnections = 256
	// transportIdleTimeout is how long the transport of an unused webhook is kept.
	transportIdleTimeout = 5 * time.Minute
	// connIdleTimeout is how long a connection without requests is kept: through the pauses
	// between votes, but not through a whole game.
	connIdleTimeout = 30 * time.Second
	// maxHeader bounds the headers of a response, in bytes.
	maxHeader = 64 << 10
)

// transport is the HTTP transport of one webhook.
type transport struct {
	http     *http.Transport
	inUse    int // attempts under way
	lastUsed time.Time
	retired  bool
}

// transports holds one transport for each webhook that was used lately. Unused ones are looked
// for when a new one is made; nothing runs in between, as the connections of an unused
// transport close by themselves after connIdleTimeout.
type transports struct {
	dialer *dialer
	// max is how many transports there may be.
	max int

	mu        sync.Mutex
	byWebhook map[protocol.WebhookID]*transport
	inFlight  sync.WaitGroup
	closed    bool
}

// acquire returns the webhook's transport for one attempt; release must follow. It is nil
// after close.
func (ts *transports) acquire(id protocol.WebhookID, now time.Time) *transport {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.closed {
		return nil
	}
	t := ts.byWebhook[id]
	if t == nil {
		ts.evict(now)
		t = &transport{http: newHTTPTransport(ts.dialer)}
		ts.byWebhook[id] = t
	}
	t.inUse++
	t.lastUsed = now
	ts.inFlight.Add(1)
	return t
}

// release ends the use of a transport by an attempt. If the transport was retired meanwhile,
// the attempt may have left an idle connection.
func (ts *transports) release(t *transport) {
	defer ts.inFlight.Done()
	ts.mu.Lock()
	t.inUse--
	retired := t.retired
	ts.mu.Unlock()
	if retired {
		t.http.CloseIdleConnections()
	}
}

// remove retires the webhook's transport. An attempt in flight goes on and closes its
// connection at the end.
func (ts *transports) remove(id protocol.WebhookID) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.retire(id)
}

// close retires all transports, for ever. Wait for inFlight afterwards.
func (ts *transports) close() {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.closed = true
	for id := range ts.byWebhook {
		ts.retire(id)
	}
}

func (ts *transports) retire(id protocol.WebhookID) {
	if t := ts.byWebhook[id]; t != nil {
		delete(ts.byWebhook, id)
		t.retired = true
		t.http.CloseIdleConnections()
	}
}

// evict retires the transports that were unused for transportIdleTimeout, and the one unused
// longest when there are too many. Those in use stay: there are as many as attempts in flight,
// and not more of these than transports there may be.
func (ts *transports) evict(now time.Time) {
	var oldest protocol.WebhookID
	var since time.Time
	for id, t := range ts.byWebhook {
		switch {
		case t.inUse > 0:
		case now.Sub(t.lastUsed) >= transportIdleTimeout:
			ts.retire(id)
		case since.IsZero() || t.lastUsed.Before(since):
			oldest, since = id, t.lastUsed
		}
	}
	if len(ts.byWebhook) >= ts.max && !since.IsZero() {
		ts.retire(oldest)
	}
}

func newHTTPTransport(d *dialer) *http.Transport {
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  nil, // a proxy would resolve and dial without the policy
		DialContext:            d.dial,
		DialTLSContext:         d.dialTLS,
		Protocols:              &http1,
		DisableCompression:     true, // a compression bomb stays packed
		MaxIdleConns:           1,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        connIdleTimeout,
		MaxResponseHeaderBytes: maxHeader,
	}
}
