package gateway_test

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"partyline/gateway"
)

// With DNS rebinding a page of evil.example asks this server as if it were evil.example:
// Origin and Host agree, and the browser shows the page every answer.
func TestUnknownHostNamesAreRefused(t *testing.T) {
	t.Parallel()
	plain := newTestServer(t)
	named := newTestServer(t, func(o *gateway.Options) {
		o.AllowHosts, o.PublicURL = []string{"Hub.Example"}, "https://party.example:8443/night"
	})
	all := newTestServer(t, func(o *gateway.Options) { o.AllowHosts = []string{"*"} })
	proxied := newTestServer(t, func(o *gateway.Options) {
		o.TrustedProxies, o.AllowHosts = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, []string{"hub.example"}
	})
	for _, c := range []struct {
		h        *testServer
		host     string
		headers  []string
		answered bool
	}{
		{plain, "evil.example", nil, false},
		{plain, "evil.example:5000", nil, false},
		{plain, "127.0.0.1.evil.example", nil, false},
		{plain, "local.evil.example", nil, false},
		{plain, "evil.example.", nil, false},
		{plain, "evillocal.example", nil, false},
		{plain, "evil.example", []string{"X-Forwarded-Host", "127.0.0.1"}, false}, // nobody's proxy said so
		{plain, "evil.example", []string{"X-Forwarded-Proto", "https"}, false},    // likewise

		{plain, "127.0.0.1:5000", nil, true},
		{plain, "192.168.1.20:5000", nil, true},
		{plain, "[::1]:5000", nil, true},
		{plain, "[fe80::1]", nil, true},
		{plain, "localhost:5000", nil, true},
		{plain, "party.localhost", nil, true},
		{plain, "NAS", nil, true},
		{plain, "partyline.local:5000", nil, true},
		{plain, "nas.home.arpa", nil, true},
		{plain, "nas.lan.", nil, true},
		{plain, "hub.prod.svc.cluster.local", nil, true},

		{named, "hub.example:5000", nil, true},
		{named, "HUB.example", nil, true},
		{named, "party.example", nil, true},
		{named, "other.hub.example", nil, false},
		{all, "evil.example", nil, true},

		{proxied, "127.0.0.1", []string{"X-Forwarded-Host", "hub.example"}, true},
		{proxied, "127.0.0.1", []string{"X-Forwarded-Host", "evil.example"}, false},
		{proxied, "evil.example", nil, false},
		// A browser has seen a certificate for the name that it says.
		{proxied, "127.0.0.1", []string{"X-Forwarded-Host", "other.example", "X-Forwarded-Proto", "https"}, true},
	} {
		headers := append([]string{"Host", c.host}, c.headers...)
		rest, socket := 200, 101
		if !c.answered {
			rest, socket = 403, 403
		}
		for _, path := range []string{"/api/games", "/", "/docs"} {
			a := c.h.send("GET", path, "", nil, headers...)
			if a.status != rest {
				t.Errorf("%v %s: %d, want %d: %.200s", headers, path, a.status, rest, a.body)
			}
			if !c.answered && !(strings.Contains(string(a.body), `"foreign_host"`) && strings.Contains(string(a.body), "--allow-host")) {
				t.Errorf("%v %s is told %s", headers, path, a.body)
			}
		}
		if got := c.h.upgrade(append(headers, upgradeHeaders...)...); got != socket {
			t.Errorf("%v: a WebSocket is told %d, want %d", headers, got, socket)
		}
		if a := c.h.send("GET", "/metrics", "", nil, headers...); (a.status == 403) == c.answered {
			t.Errorf("%v /metrics: %d", headers, a.status)
		}
		// A probe that is refused would end what lives.
		for _, path := range []string{"/health", "/ready"} {
			c.h.send("GET", path, "", nil, headers...).want(t, 200, "", "")
		}
	}
}

func TestAnyHostNameIsAnsweredByTLS(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	server := httptest.NewUnstartedServer(nil)
	server.Config = h.gateway.HTTPServer()
	server.StartTLS()
	t.Cleanup(server.Close)
	secure := &testServer{t: t, url: server.URL, client: server.Client()}
	secure.send("GET", "/api/games", "", nil, "Host", "party.example").want(t, 200, "", "")
}

// The operator finds out why nobody is answered, and a stranger cannot fill the log.
func TestUnknownHostNamesAreLoggedOnce(t *testing.T) {
	t.Parallel()
	var log notebook
	h := newTestServer(t, func(o *gateway.Options) { o.Log = zerolog.New(&log).Level(zerolog.WarnLevel) })
	for range 3 {
		h.send("GET", "/api/games", "", nil, "Host", "hub.example").want(t, 403, "foreign_host", "")
	}
	h.send("GET", "/ready", "", nil, "Host", "probe.example").want(t, 200, "", "")
	if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), `"host":"hub.example"`) {
		t.Errorf("%d lines:\n%s", n, log.String())
	}
}
