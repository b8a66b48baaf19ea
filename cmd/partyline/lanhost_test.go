package main

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"testing"
)

// Users type the name of their machine, which may contain dots.
func TestOwnHostNameIsServed(t *testing.T) {
	own, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if got := ownHosts(&Config{AllowHost: []string{"hub.example"}}); !slices.Equal(got, []string{"hub.example", own}) {
		t.Errorf("answered: %v", got)
	}
}

// A listener on one address has no LAN host; one on all addresses has an address that is not
// loopback.
func TestLANHost(t *testing.T) {
	if got := lanHost(t.Context(), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5000}); got != "" {
		t.Errorf("a listener on loopback is reached at %s", got)
	}
	if got := lanHost(t.Context(), &net.UnixAddr{Name: "x"}); got != "" {
		t.Errorf("a listener on a file is reached at %s", got)
	}
	got := lanHost(t.Context(), &net.TCPAddr{IP: net.IPv6unspecified, Port: 5000})
	if got == "" {
		return // a machine without a network
	}
	at, err := netip.ParseAddrPort(got)
	if err != nil || at.Port() != 5000 || at.Addr().IsLoopback() || at.Addr().IsUnspecified() {
		t.Errorf("reached at %q: %v", got, err)
	}
}
