package outbound_test

import (
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"partyline/actors/rules/webhook"
	"partyline/gateway/outbound"
)

// special are the IANA special-purpose registries of IPv4 and IPv6, also the ranges
// that are globally reachable, multicast, and what reaches IPv4 through IPv6.
var special = []string{
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32", "192.0.0.170/32", "192.0.0.171/32",
	"192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32",
	"168.63.129.16/32",
	"::/128", "::1/128", "::/96", "::ffff:0:0/104", "::ffff:10.0.0.0/104", "::ffff:127.0.0.0/104", "::ffff:169.254.0.0/112",
	"::ffff:192.168.0.0/112", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64",
	"2001::/23", "2001::/32", "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32",
	"2001:4:112::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48",
	"3fff::/20", "5f00::/16", "fc00::/7", "fd00:ec2::254/128", "fd20:ce::254/128", "fe80::/10", "fec0::/10", "ff00::/8",
}

// samples are the first, the last and an address in the middle of a range.
func samples(p netip.Prefix) []netip.Addr {
	first, last, middle := p.Masked().Addr().AsSlice(), p.Addr().AsSlice(), p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < len(first)*8; bit++ {
		mask := byte(0x80 >> (bit % 8))
		last[bit/8] |= mask
		if bit%2 == p.Bits()%2 {
			middle[bit/8] |= mask
		}
	}
	var as []netip.Addr
	for _, b := range [][]byte{first, last, middle} {
		a, _ := netip.AddrFromSlice(b) // it came from one
		as = append(as, a)
	}
	return as
}

// trapServer listens on a port of every address of this machine and fails the test for every
// connection.
func trapServer(t *testing.T) *rawServer {
	t.Helper()
	s := newRawServer(t, ":0", func(conn net.Conn) { _, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") })
	t.Cleanup(func() {
		if n := s.accepted(); n != 0 {
			t.Errorf("%d connections reached the server", n)
		}
	})
	return s
}

func nothingAllowed(o *outbound.Options) { o.AllowCIDRs = nil }

func TestNamesOfSpecialAddressesAreNotCalled(t *testing.T) {
	t.Parallel()
	port, names := trapServer(t).port(), newNameserver(t)
	s := newSender(t, nothingAllowed, resolvedBy(names))
	for _, text := range special {
		for _, a := range samples(netip.MustParsePrefix(text)) {
			names.setScript("hook.test", []netip.Addr{a})
			got := deliver(t, s, dispatch("http://hook.test:"+port+"/"))
			if got.Failure != webhook.FailureAddress {
				t.Errorf("%s of %s: %q, %q", a, text, got.Failure, got.Error)
			}
		}
	}
}

func TestLiteralSpecialAddressesAreNotCalled(t *testing.T) {
	t.Parallel()
	port := trapServer(t).port()
	s := newSender(t, nothingAllowed)
	for _, text := range special {
		for _, a := range samples(netip.MustParsePrefix(text)) {
			url := "http://" + net.JoinHostPort(a.String(), port) + "/"
			if got := deliver(t, s, dispatch(url)); got.Failure != webhook.FailureAddress {
				t.Errorf("%s of %s: %q, %q", a, text, got.Failure, got.Error)
			}
			if s.Check(t.Context(), url) == nil {
				t.Errorf("%s: passes the check", url)
			}
		}
	}
}

// TestOtherSpellingsOfLoopbackAreNotCalled: how they fail depends on the resolver,
// but none may reach the server.
func TestOtherSpellingsOfLoopbackAreNotCalled(t *testing.T) {
	t.Parallel()
	port := trapServer(t).port()
	s := newSender(t, nothingAllowed)
	for _, host := range []string{
		"localhost", "LOCALHOST", "localhost.", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "127.1", "127.0.1", "0",
		"127.0.0.1.", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::]", "①②⑦.⓪.⓪.①", "127。0。0。1", "%31%32%37.0.0.1",
		"[fe80::1%25lo]", "[::1%25lo]", "[::1%251]", "[::ffff:127.0.0.1%25lo]", "[2001:4860:4860::8888%25lo]", "[fe80::1%25]",
	} {
		for _, scheme := range []string{"http", "https"} {
			if got := deliver(t, s, dispatch(scheme+"://"+host+":"+port+"/")); got.Failure == webhook.FailureNone {
				t.Errorf("%s: %+v", host, got)
			}
		}
	}
}

func TestAllowedRangesOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		open    []string
		allowed []string
		refused []string
	}{
		{open: []string{"192.168.4.0/24"}, allowed: []string{"192.168.4.1", "::ffff:192.168.4.1", "8.8.8.8"}, refused: []string{"192.168.5.1", "10.0.0.1", "127.0.0.1", "::1"}},
		{open: []string{"::ffff:192.168.4.0/120"}, allowed: []string{"192.168.4.1", "::ffff:192.168.4.1"}, refused: []string{"192.168.5.1"}},
		{open: []string{"192.168.4.9/24"}, allowed: []string{"192.168.4.1"}, refused: []string{"192.168.5.1"}},
		{open: []string{"fd12:3456::/32"}, allowed: []string{"fd12:3456::7"}, refused: []string{"fd12:3457::7", "fd12:3456::7%eth0", "10.0.0.1"}},
		{
			open:    []string{"0.0.0.0/0", "::/0"},
			allowed: []string{"127.0.0.1", "10.0.0.1", "::1", "fe80::1", "100.100.100.201", "64:ff9b::a00:1", "2002:a00:1::"},
			refused: []string{"169.254.169.254", "169.254.170.2", "::ffff:169.254.169.254", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "100.100.100.200",
				"168.63.129.16", "192.0.0.192", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::1", "fe80::1%lo"},
		},
		{open: []string{"169.254.0.0/16", "fd00:ec2::254/128"}, refused: []string{"169.254.169.254", "169.254.0.1", "fd00:ec2::254"}},
		{open: []string{"64:ff9b::/96", "2002::/16"}, allowed: []string{"64:ff9b::808:808", "2002:808:808::1"}, refused: []string{"64:ff9b::a00:1", "64:ff9b::7f00:1", "2002:a00:1::", "2002:7f00:1::1"}},
		{allowed: []string{"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "2606:4700:4700::1111", "::ffff:1.1.1.1"}},
	} {
		sender := newSender(t, func(o *outbound.Options) { o.AllowCIDRs = prefixes(c.open...) })
		for _, a := range c.allowed {
			if err := sender.Check(t.Context(), "http://"+host(a)+"/"); err != nil {
				t.Errorf("open %v: %s: %v", c.open, a, err)
			}
		}
		for _, a := range c.refused {
			if sender.Check(t.Context(), "http://"+host(a)+"/") == nil {
				t.Errorf("open %v: %s is allowed", c.open, a)
			}
			if got := deliver(t, sender, dispatch("http://"+host(a)+"/")); got.Failure != webhook.FailureAddress {
				t.Errorf("open %v: %s: %q, %q", c.open, a, got.Failure, got.Error)
			}
		}
	}
}

// host writes an address as a URL's host.
func host(a string) string {
	if strings.Contains(a, ":") {
		return "[" + strings.ReplaceAll(a, "%", "%25") + "]"
	}
	return a
}

func TestCheckExplainsInvalidURLs(t *testing.T) {
	t.Parallel()
	s := newSender(t)
	for url, want := range map[string]string{
		"https://example.com/hook?a=b":  "",
		"http://example.com:8080":       "",
		"HTTPS://EXAMPLE.COM":           "",
		"http://127.0.0.1:9/":           "",
		"":                              "must begin with http",
		"example.com":                   "must begin with http",
		"ftp://example.com":             "must begin with http",
		"file:///etc/passwd":            "must begin with http",
		"http://":                       "not valid",
		"http:///path":                  "not valid",
		"http:example.com":              "not valid",
		"http://:80/":                   "not valid",
		"http://a b/":                   "not valid",
		"http://example.com:0/":         "not valid",
		"http://example.com:65536/":     "not valid",
		"http://example.com:http/":      "not valid",
		"http://[::1/":                  "not valid",
		"http://example.com/%zz":        "not valid",
		"http://user@example.com/":      "user name",
		"http://user:word@example.com/": "user name",
		"http://@example.com/":          "user name",
	} {
		err := s.Check(t.Context(), url)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", url, err, want)
		}
		if err != nil && deliver(t, s, dispatch(url)).Error != err.Error() {
			t.Errorf("%q: Check and Deliver do not agree", url)
		}
	}
}
