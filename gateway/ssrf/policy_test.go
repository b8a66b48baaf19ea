package ssrf_test

import (
	"net/netip"
	"testing"

	"partyline/gateway/ssrf"
)

// FuzzFence holds the fence against the standard library's idea of what is public.
func FuzzFence(f *testing.F) {
	for _, text := range []string{"127.0.0.1:80", "[::1]:80", "[::ffff:10.0.0.1]:1", "[fe80::1%lo]:80", "169.254.169.254:80", "8.8.8.8:443", "[64:ff9b::a00:1]:9", "nonsense", ""} {
		f.Add(text)
	}
	fenced := ssrf.New(nil)
	f.Fuzz(func(t *testing.T, address string) {
		if fenced.Control("tcp", address, nil) != nil {
			return
		}
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			t.Fatalf("%q is allowed and cannot be read", address)
		}
		a := to.Addr().Unmap()
		if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.Zone() != "" {
			t.Fatalf("%s is allowed", a)
		}
	})
}

// TestTheFenceIsNamedByItsError: what the fence refuses is told apart from other
// failures to dial. Which ranges it refuses is tested where it is used, by real dials
// (gateway/outbound).
func TestTheFenceIsNamedByItsError(t *testing.T) {
	open := ssrf.New([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")})
	for address, want := range map[string]error{
		"8.8.8.8": nil, "10.1.2.3": nil, "::ffff:10.1.2.3": nil,
		"10.2.0.1": ssrf.ErrBlocked, "127.0.0.1": ssrf.ErrBlocked, "169.254.169.254": ssrf.ErrBlocked, "fe80::1%lo": ssrf.ErrBlocked,
	} {
		if err := open.Check(netip.MustParseAddr(address)); err != want {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
	}
}
