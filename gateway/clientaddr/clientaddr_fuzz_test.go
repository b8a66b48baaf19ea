package clientaddr

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

// FuzzForwardedHeaders: what a client puts in front of the addresses that proxies add changes
// nothing, and a peer that is no proxy is believed nothing at all.
func FuzzForwardedHeaders(f *testing.F) {
	behind := Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	f.Add("203.0.113.5", "198.51.100.7", "party.example", "https")
	f.Add("10.0.0.9, 203.0.113.5", "198.51.100.7, 10.0.0.2", "party.example:8080", "HTTPS")
	f.Add("::ffff:203.0.113.5", " 2001:db8::1 ,fd00::2", "[2001:db8::1]:5000", "http")
	f.Add("203.0.113.5:80", "unknown", "a/b?c#d@e", "javascript")
	f.Add("", ",,", "", "")
	f.Fuzz(func(t *testing.T, forged, added, host, scheme string) {
		ask := func(peer, forwarded string) *http.Request {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr, r.Host = peer, "own.example"
			r.Header = http.Header{"X-Forwarded-For": {forwarded}, "X-Forwarded-Host": {host}, "X-Forwarded-Proto": {scheme}}
			return r
		}
		stranger := ask("203.0.113.1:4711", forged)
		if a := behind.Client(stranger); a != netip.MustParseAddr("203.0.113.1") || behind.Host(stranger) != "own.example" || behind.Scheme(stranger) != "http" {
			t.Fatalf("a stranger is %s and asks %s for %q", a, behind.Scheme(stranger), behind.Host(stranger))
		}
		plain, with := behind.Client(ask("10.0.0.1:80", added)), behind.Client(ask("10.0.0.1:80", forged+","+added))
		if with != plain && !behind.Trust(plain) {
			t.Fatalf("behind %q: %s, with %q in front %s", added, plain, forged, with)
		}
		if s := behind.Scheme(ask("10.0.0.1:80", "")); s != "http" && s != "https" {
			t.Fatalf("%q is %q", scheme, s)
		}
	})
}
