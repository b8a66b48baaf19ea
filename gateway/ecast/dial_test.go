package ecast

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"partyline/gateway/ssrf"
)

// TestDialedAddresses looks in: most of these addresses cannot be dialled from a
// test.
func TestDialedAddresses(t *testing.T) {
	for _, c := range []struct {
		base  string
		calls []string // host and address, in this order
		fine  []bool
	}{
		{DefaultURL, []string{"ecast.jackboxgames.com 93.184.216.34:443", "ecast.jackboxgames.com 127.0.0.1:443", "x.jackboxgames.com 10.0.0.1:443"}, []bool{true, false, false}},
		{"http://rooms.lan/api/v2", []string{"other.lan 10.0.0.5:80", "rooms.lan 10.0.0.5:80", "other.lan 10.0.0.5:81", "other.lan 10.0.0.6:81", "rooms.lan [fd12::5]:80"}, []bool{false, true, true, false, true}},
		{"http://127.0.0.1:9/api/v2", []string{"127.0.0.1 127.0.0.1:9", "localhost 127.0.0.1:9", "localhost [::1]:9"}, []bool{true, true, false}},
		{"http://rooms.lan/api/v2", []string{"rooms.lan 169.254.169.254:80", "rooms.lan [fe80::1%lo]:80", "rooms.lan nonsense"}, []bool{false, false, false}},
		{"https://rooms.example/api/v2", []string{"rooms.example 93.184.216.34:443", "rooms.example 10.0.0.1:443", "node.example 93.184.216.35:443"}, []bool{true, true, true}},
	} {
		base, err := url.Parse(c.base)
		if err != nil {
			t.Fatal(err)
		}
		d := newDialer(base, nil)
		for i, call := range c.calls {
			host, address, _ := strings.Cut(call, " ")
			err := d.checkAddress(host, "tcp", address, nil)
			if (err == nil) != c.fine[i] || err != nil && !errors.Is(err, ssrf.ErrBlocked) {
				t.Errorf("%s: %s: %v", c.base, call, err)
			}
		}
	}
}

func TestKnownAddressesAreBounded(t *testing.T) {
	base, err := url.Parse("http://rooms.lan")
	if err != nil {
		t.Fatal(err)
	}
	d := newDialer(base, nil)
	for i := range 250 {
		_ = d.checkAddress("rooms.lan", "tcp", fmt.Sprintf("10.0.1.%d:80", i), nil)
	}
	if len(d.namedAddrs) > maxNamedAddrs {
		t.Errorf("%d addresses are kept", len(d.namedAddrs))
	}
}
