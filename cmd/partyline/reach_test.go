package main

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"testing"
)

// People type the name that their machine has, which may be one with dots.
func TestTheMachinesOwnNameIsAnswered(t *testing.T) {
	own, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if got := ownHosts(&Config{AllowHost: []string{"hub.example"}}); !slices.Equal(got, []string{"hub.example", own}) {
		t.Errorf("answered: %v", got)
	}
}

// TestReach: who listens on one address is reached there and nowhere else; who listens
// on all is reached at one that is not this machine's own name for itself.
func TestReach(t *testing.T) {
	if got := reach(t.Context(), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5000}); got != "" {
		t.Errorf("a listener on loopback is reached at %s", got)
	}
	if got := reach(t.Context(), &net.UnixAddr{Name: "x"}); got != "" {
		t.Errorf("a listener on a file is reached at %s", got)
	}
	got := reach(t.Context(), &net.TCPAddr{IP: net.IPv6unspecified, Port: 5000})
	if got == "" {
		return // a machine without a network
	}
	at, err := netip.ParseAddrPort(got)
	if err != nil || at.Port() != 5000 || at.Addr().IsLoopback() || at.Addr().IsUnspecified() {
		t.Errorf("reached at %q: %v", got, err)
	}
}
