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

// TestALineRetiredBeforeItsRequestKeepsNoConnection looks in: the moment between
// taking a line and using it is too short to be met from outside.
func TestALineRetiredBeforeItsRequestKeepsNoConnection(t *testing.T) {
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
	x := &exchange{dialer: &dialer{fence: open}, lines: map[protocol.WebhookID]*line{}, most: 1}
	l := x.take(1, time.Now())
	x.drop(1)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := l.transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := new(reader).excerpt(res.Body); err != nil {
		t.Fatal(err)
	}
	x.give(l)
	select {
	case <-closed:
	case <-time.After(connIdle / 2):
		t.Error("the connection is kept")
	}
}
