package ssrf_test

import (
	"net/netip"
	"testing"

	"partyline/gateway/ssrf"
)

// FuzzPolicy compares the policy with the standard library's idea of what is public.
func FuzzPolicy(f *testing.F) {
	for _, text := range []string{"127.0.0.1:80", "[::1]:80", "[::ffff:10.0.0.1]:1", "[fe80::1%lo]:80", "169.254.169.254:80", "8.8.8.8:443", "[64:ff9b::a00:1]:9", "nonsense", ""} {
		f.Add(text)
	}
	policy := ssrf.New(nil)
	f.Fuzz(func(t *testing.T, address string) {
		if policy.Control("tcp", address, nil) != nil {
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

// A refused address has an error of its own, other than failures to dial. Which ranges are
// refused is tested where the policy is used, by real dials (gateway/outbound).
func TestCheckReturnsErrBlocked(t *testing.T) {
	policy := ssrf.New([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")})
	for address, want := range map[string]error{
		"8.8.8.8": nil, "10.1.2.3": nil, "::ffff:10.1.2.3": nil,
		"10.2.0.1": ssrf.ErrBlocked, "127.0.0.1": ssrf.ErrBlocked, "169.254.169.254": ssrf.ErrBlocked, "fe80::1%lo": ssrf.ErrBlocked,
	} {
		if err := policy.Check(netip.MustParseAddr(address)); err != want {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
	}
}
