package rest

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzOrigin: a page is ours if its host is the one that was asked, and then a browser
// has come from there; "null" and what is no URL never are.
func FuzzOrigin(f *testing.F) {
	for _, s := range []string{"http://own.example", "https://OWN.example:443", "null", "http://own.example@evil.example", "http://evil.example/own.example", "//own.example", "own.example", "http://own.example\x00"} {
		f.Add(s, "own.example")
	}
	f.Add("http://", "")
	f.Add("http://[::1]:5000", "[::1]:5000")
	o := newOrigins([]string{"https://overlay.example/"}, nil)
	f.Fuzz(func(t *testing.T, origin, host string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		r.Header.Set("Origin", origin)
		named, err := o.check(r)
		switch {
		case named && !strings.EqualFold(origin, "https://overlay.example"):
			t.Fatalf("%q passes by name", origin)
		case named, err != nil, origin == "":
			return
		}
		if u, err := url.Parse(origin); err != nil || host == "" || !strings.EqualFold(u.Host, host) {
			t.Fatalf("%q passes for a page of %q", origin, host)
		}
	})
}

// FuzzLink: whatever host was asked for, a link ends with our path on one host: a QR
// code of ours leads nowhere else on it.
func FuzzLink(f *testing.F) {
	for _, s := range []string{"party.example", "localhost:5000", "[::1]:5000", "127.0.0.1", "a/b", "a?b", "a#b", "u:p@a", "a\\b", "a\r\nb", "é.example", "", "%2f"} {
		f.Add(s)
	}
	l := links{lan: "192.0.2.7:5000"}
	f.Fuzz(func(t *testing.T, host string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		base, err := l.base(r)
		if err != nil {
			return
		}
		at, ok := strings.CutPrefix(base, "http://")
		if host != "" && !ok || len(at) > 3*maxHost || strings.ContainsAny(at, "/?#@\\ \r\n\t\x00") {
			t.Fatalf("%q has %q", host, base)
		}
		if loopback(host) && at != l.lan {
			t.Fatalf("%q is %q for others", host, base)
		}
	})
}
