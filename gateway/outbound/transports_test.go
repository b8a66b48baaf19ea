package outbound

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"partyline/gateway/ssrf"
	"partyline/protocol"
)

// An internal test: the moment between acquiring a transport and using it is too short to be
// met from outside.
func TestRetiredTransportKeepsNoConnection(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{})
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateClosed {
			close(closed)
		}
	}
	server.Start()
	defer server.Close()
	open := ssrf.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	ts := &transports{dialer: &dialer{policy: open}, byWebhook: map[protocol.WebhookID]*transport{}, max: 1}
	l := ts.acquire(1, time.Now())
	ts.remove(1)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := l.http.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := new(responseReader).excerpt(res.Body); err != nil {
		t.Fatal(err)
	}
	ts.release(l)
	select {
	case <-closed:
	case <-time.After(connIdleTimeout / 2):
		t.Error("the connection is kept")
	}
}
