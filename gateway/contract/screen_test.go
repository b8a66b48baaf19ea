package contract_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"partyline/gateway"
	"partyline/gateway/screen"
)

var (
	named = regexp.MustCompile(`(?:src|href)="([^"]+)"`)
	asset = regexp.MustCompile(`^(?:\.\./)*assets/([0-9a-f]{16})/([a-z0-9.-]+)$`)
)

// TestPagesLoadOnlyOwnFiles: each page has the strict policy and is asked for again each
// time, what it names are files of ours that browsers keep for ever, and it is the same
// whatever its path says.
func TestPagesLoadOnlyOwnFiles(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, checker(t), options{})
	for path := range screen.Pages() {
		name := h.at("GET", strings.TrimSuffix(path, "{$}"))
		p := params{"sessionId": "3", "code": "ABCD"}
		page := h.ask(name, p)
		page.want(200)
		if got := page.header.Get("Content-Security-Policy"); got != screen.Policy {
			t.Errorf("%s: policy %q", path, got)
		}
		for header, want := range map[string]string{"Cache-Control": "no-cache", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
			if got := page.header.Get(header); got != want {
				t.Errorf("%s: %s %q, want %q", path, header, got, want)
			}
		}
		for other, value := range map[string]string{"sessionId": "no such thing", "code": "no such thing"} {
			p[other] = value
		}
		if again := h.ask(name, p); string(again.body) != string(page.body) {
			t.Errorf("%s: another page for another path", path)
		}
		h.parts(path, string(page.body))
	}
}

// at is the operation that the description has at a path.
func (h *testServer) at(method, path string) string {
	h.t.Helper()
	for _, o := range h.checker.Operations() {
		if o.Method == method && o.Path == path {
			return o.ID
		}
	}
	h.t.Fatalf("%s %s is not described", method, path)
	return ""
}

// parts asks for everything that a page names.
func (h *testServer) parts(path, page string) {
	h.t.Helper()
	all := named.FindAllStringSubmatch(page, -1)
	if len(all) == 0 {
		h.t.Errorf("%s names no parts", path)
	}
	for _, m := range all {
		found := asset.FindStringSubmatch(m[1])
		if found == nil {
			h.t.Errorf("%s names %q", path, m[1])
			continue
		}
		if up := strings.Count(m[1], "../"); up != strings.Count(strings.TrimSuffix(path, "{$}"), "/")-1 {
			h.t.Errorf("%s: %q does not lead to the root", path, m[1])
		}
		a := h.ask("asset", params{"version": found[1], "file": found[2]})
		a.want(http.StatusOK)
		if got := a.header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			h.t.Errorf("%s: Cache-Control %q", m[1], got)
		}
	}
}

// TestPartsOfAnotherVersionAreNotKept: a page that was loaded before an update gets what
// there is now, and the browser must not keep it under the old name.
func TestPartsOfAnotherVersionAreNotKept(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, checker(t), options{})
	a := h.ask("asset", params{"version": "0000000000000000", "file": "theme.css"})
	a.want(200)
	if got := a.header.Values("Cache-Control"); !slices.Equal(got, []string{"no-cache"}) {
		t.Errorf("Cache-Control %q", got)
	}
	a = h.ask("asset", params{"version": "0000000000000000", "file": "screen.html"})
	a.want(404) // a page is no part
}

// TestLinksUseThePublicAddress: the address for phones is the operator's word, else that of the
// request as browsers and trusted proxies have it, and never localhost when others in
// the house have another name for it.
func TestLinksUseThePublicAddress(t *testing.T) {
	t.Parallel()
	lan := newTestServer(t, checker(t), options{gateway: func(o *gateway.Options) {
		o.AllowHosts, o.LANHost = []string{"*"}, "192.168.1.20:5000"
	}})
	public := newTestServer(t, checker(t), options{gateway: func(o *gateway.Options) {
		o.AllowHosts, o.PublicURL, o.LANHost = []string{"*"}, "https://party.example/night/", "192.168.1.20:5000"
	}})
	plain := newTestServer(t, checker(t), options{gateway: func(o *gateway.Options) { o.AllowHosts = []string{"*"} }})
	for _, c := range []struct {
		testServer *testServer
		headers    []string
		want       string
	}{
		{plain, nil, plain.url + "/vote/QRX7F2"},
		{plain, []string{"X-Forwarded-Host", "party.example"}, "http://party.example/vote/QRX7F2"},
		{plain, []string{"X-Forwarded-Host", "party.example", "X-Forwarded-Proto", "https"}, "https://party.example/vote/QRX7F2"},
		{lan, nil, "http://192.168.1.20:5000/vote/QRX7F2"},
		{lan, []string{"X-Forwarded-Host", "localhost:5000"}, "http://192.168.1.20:5000/vote/QRX7F2"},
		{lan, []string{"X-Forwarded-Host", "LOCALHOST"}, "http://192.168.1.20:5000/vote/QRX7F2"},
		{lan, []string{"X-Forwarded-Host", "[::1]:5000"}, "http://192.168.1.20:5000/vote/QRX7F2"},
		{lan, []string{"X-Forwarded-Host", "localhost.example"}, "http://localhost.example/vote/QRX7F2"},
		{public, nil, "https://party.example/night/vote/QRX7F2"},
		{public, []string{"X-Forwarded-Host", "elsewhere.example"}, "https://party.example/night/vote/QRX7F2"},
	} {
		if got := c.testServer.ask("vote-link", params{"code": "qrx7f2"}, c.headers...).text("url"); got != c.want {
			t.Errorf("%v: %s, want %s", c.headers, got, c.want)
		}
		want, err := screen.QR(c.want)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.testServer.ask("vote-qr", params{"code": "qrx7f2"}, c.headers...); string(got.body) != string(want) {
			t.Errorf("%v: the picture says something else than %s", c.headers, c.want)
		}
	}
}
