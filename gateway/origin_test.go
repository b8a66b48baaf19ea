package gateway_test

import (
	"net/netip"
	"strings"
	"testing"

	"partyline/gateway"
)

func TestOrigins(t *testing.T) {
	t.Parallel()
	own := newTestServer(t)
	host := strings.TrimPrefix(own.url, "http://")
	named := newTestServer(t, func(o *gateway.Options) { o.AllowOrigins = []string{"https://overlay.example/", "null"} })
	all := newTestServer(t, func(o *gateway.Options) { o.AllowOrigins = []string{"*"} })
	proxied := newTestServer(t, func(o *gateway.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	for _, c := range []struct {
		name    string
		h       *testServer
		headers []string
		status  int
		allowed string
	}{
		{"a program", own, nil, 200, ""},
		{"own page", own, []string{"Origin", "http://" + host}, 200, ""},
		{"own page by TLS of a proxy", own, []string{"Origin", "https://" + host}, 200, ""},
		{"foreign page", own, []string{"Origin", "https://evil.example"}, 403, ""},
		{"a page that hides", own, []string{"Origin", "null"}, 403, ""},
		{"another port", own, []string{"Origin", "http://127.0.0.1:1"}, 403, ""},
		{"forged forwarded host", own, []string{"Origin", "https://evil.example", "X-Forwarded-Host", "evil.example"}, 403, ""},
		{"host told by a trusted proxy", proxied, []string{"Origin", "https://party.example", "X-Forwarded-Host", "party.example", "X-Forwarded-Proto", "https"}, 200, ""},
		{"named page", named, []string{"Origin", "https://overlay.example"}, 200, "https://overlay.example"},
		{"named page, hidden", named, []string{"Origin", "null"}, 200, "null"},
		{"not named", named, []string{"Origin", "https://overlay.example.evil.example"}, 403, ""},
		{"named with another scheme", named, []string{"Origin", "http://overlay.example"}, 403, ""},
		{"anybody", all, []string{"Origin", "https://evil.example"}, 200, "https://evil.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := c.h.send("GET", "/api/games", "", nil, c.headers...)
			if a.status != c.status || a.header.Get("Access-Control-Allow-Origin") != c.allowed {
				t.Errorf("REST: %d %v", a.status, a.header)
			}
			if c.status == 403 {
				a.want(t, 403, "foreign_origin", "Origin is not allowed")
			}
			upgrade := append(append([]string{}, upgradeHeaders...), c.headers...)
			want := 101
			if c.status == 403 {
				want = 403
			}
			if got := c.h.upgrade(upgrade...); got != want {
				t.Errorf("WebSocket: %d, want %d", got, want)
			}
		})
	}
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(o *gateway.Options) { o.AllowOrigins = []string{"https://overlay.example"} })
	a := h.send("OPTIONS", "/api/votes/live", "", nil, "Origin", "https://overlay.example", "Access-Control-Request-Method", "POST")
	for name, want := range map[string]string{"Access-Control-Allow-Origin": "https://overlay.example", "Vary": "Origin",
		"Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
		// What a page may see of an answer: it needs the name of a file to keep it by.
		"Access-Control-Expose-Headers": "Content-Disposition, Idempotency-Replayed, Link, Retry-After, X-Request-Id, X-Total-Count"} {
		if a.header.Get(name) != want {
			t.Errorf("%s is %q", name, a.header.Get(name))
		}
	}
	if a.status != 204 || !strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "Idempotency-Key") {
		t.Errorf("%d %v", a.status, a.header)
	}
	h.send("OPTIONS", "/api/votes/live", "", nil, "Origin", "https://evil.example", "Access-Control-Request-Method", "POST").want(t, 403, "foreign_origin", "")
}
