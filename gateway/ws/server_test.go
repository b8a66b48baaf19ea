package ws

import (
	"net/netip"
	"testing"

	"partyline/gateway/limit"
)

// TestSocketsShareUnreadBudgetBySite.
func TestSocketsShareUnreadBudgetBySite(t *testing.T) {
	s := &Server{connections: limit.NewConnections(limit.ConnectionOptions{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})}
	for from, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", "::ffff:203.0.113.7": "203.0.113.7", "2001:db8:7:1::1": "2001:db8:7::",
		"127.0.0.1": "invalid IP", "::1": "invalid IP", "10.1.2.3": "invalid IP",
	} {
		if got := s.unreadBy(netip.MustParseAddr(from)).String(); got != want {
			t.Errorf("%s: %s, want %s", from, got, want)
		}
	}
}
