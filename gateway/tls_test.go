package gateway_test

import (
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/coder/websocket"

	"partyline/gateway"
	"partyline/protocol"
)

// The host of a proxy is the proxy's matter, and over plain HTTP browsers pass it over.
func TestOnlyOwnTLSSetsHSTS(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(o *gateway.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} })
	server := httptest.NewUnstartedServer(nil)
	server.Config = h.gateway.HTTPServer()
	server.StartTLS()
	t.Cleanup(server.Close)
	secure := &testServer{t: t, url: server.URL, client: server.Client()}
	for _, path := range []string{"/", "/health", "/api/games", "/docs", "/nowhere"} {
		if got := secure.send("GET", path, "", nil).header.Get("Strict-Transport-Security"); got != "max-age=2592000" {
			t.Errorf("%s by TLS: %q", path, got)
		}
		if got := h.send("GET", path, "", nil, "X-Forwarded-Proto", "https").header.Values("Strict-Transport-Security"); got != nil {
			t.Errorf("%s behind a proxy: %q", path, got)
		}
	}
}

// TestServesByTLS: the same server behind its own certificate.
func TestServesByTLS(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	viewer := h.scoped(protocol.RoleViewer, 1)
	server := httptest.NewUnstartedServer(nil)
	server.Config = h.gateway.HTTPServer()
	server.StartTLS()
	t.Cleanup(server.Close)
	secure := &testServer{t: t, url: server.URL, client: server.Client()}
	secure.send("GET", "/api/sessions/1", "", nil, "Origin", server.URL).want(t, 200, "", "")
	conn, _, err := websocket.Dial(t.Context(), "wss"+server.URL[len("https"):]+"/api/sessions/live", &websocket.DialOptions{HTTPClient: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	k := &client{t: t, conn: conn}
	k.auth(viewer)
	k.say(params{"type": "subscribe", "sessionId": 1, "since": 0})
	wantMessage(t, k.hear(), params{"type": "subscribed", "seq": 2.0})
	wantMessage(t, k.hear(), params{"type": "session.started", "seq": 1.0})
	wantMessage(t, k.hear(), params{"type": "game.added", "seq": 2.0})
}
