package gateway_test

import (
	"encoding/json"
	"maps"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"partyline/gateway"
)

// documentedHeaders reads what the nginx of docs/operations.md sets on its way to the hub,
// name to value with nginx's variables.
func documentedHeaders(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```nginx\n(.*?)```").FindSubmatch(text)
	if block == nil {
		t.Fatal("docs/operations.md shows no nginx")
	}
	headers := map[string]string{}
	for _, line := range regexp.MustCompile(`proxy_set_header (\S+) (\S+);`).FindAllStringSubmatch(string(block[1]), -1) {
		headers[line[1]] = line[2]
	}
	return headers
}

// throughNginx is the headers that come to the hub when a browser asks nginx for
// https://host, in pairs. What nginx does not set passes through as the client has it.
func throughNginx(t *testing.T, host string, client map[string]string) []string {
	t.Helper()
	variables := map[string]string{"$host": strings.Split(host, ":")[0], "$http_host": host, "$scheme": "https",
		"$proxy_add_x_forwarded_for": strings.TrimPrefix(client["X-Forwarded-For"]+", 203.0.113.9", ", "),
		"$http_upgrade":              "", "$connection_upgrade": ""}
	sent := maps.Clone(client)
	for name, value := range documentedHeaders(t) {
		meant, known := variables[value]
		if !known {
			t.Fatalf("the documented nginx sets %s to %s", name, value)
		}
		sent[name] = meant
	}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if sent[name] != "" { // nginx does not pass an empty header on
			pairs = append(pairs, name, sent[name])
		}
	}
	return pairs
}

// A QR code that says http:// leads to a port where nothing listens.
func TestTheDocumentedNginxMakesHTTPSLinks(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(o *gateway.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} })
	h.opened()
	for _, c := range []struct {
		name, host string
		client     map[string]string
	}{
		{"a phone", "hub.example", map[string]string{}},
		{"on another port", "hub.example:8443", map[string]string{}},
		{"a client that says what nginx says", "hub.example", map[string]string{"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "127.0.0.1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			headers := throughNginx(t, c.host, c.client)
			a := h.send("GET", "/vote/222222/link", "", nil, headers...)
			var link struct{ URL string }
			if err := json.Unmarshal(a.body, &link); err != nil || link.URL != "https://"+c.host+"/vote/222222" {
				t.Errorf("the link is %s, %v", a.body, err)
			}
			// A page of that host is at home there.
			h.send("GET", "/api/games", "", nil, append(headers, "Origin", "https://"+c.host)...).want(t, 200, "", "")
		})
	}
}
