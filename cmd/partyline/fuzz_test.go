package main

import (
	"net/netip"
	"testing"
)

func FuzzByteSize(f *testing.F) {
	for _, s := range []string{"134217728", "128MiB", "1GiB", "0", "0GiB", "8589934591GiB", "8589934592GiB", "-1", "+5KiB", "1.5GiB", "MiB", "1_000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := parseByteSize(s)
		if err != nil {
			return
		}
		if again, err := parseByteSize(b.String()); b < 0 || err != nil || again != b {
			t.Fatalf("%q is %d, told as %s, which is %d, %v", s, b, b, again, err)
		}
	})
}

// A network contains the address that names it, and prints as it was parsed.
func FuzzParsePrefix(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8", "10.1.2.3/8", "::1", "192.0.2.1", "fe80::1%eth0", "fe80::1%eth0/64", "::ffff:10.0.0.1", "0.0.0.0/0", "10.0.0.1/33"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePrefix(s)
		if err != nil {
			return
		}
		if again, err := parsePrefix(p.String()); err != nil || again != p || p != p.Masked() {
			t.Fatalf("%q is %s, which is %s, %v", s, p, again, err)
		}
		if a, err := netip.ParseAddr(s); err == nil && !p.Contains(a.WithZone("")) {
			t.Fatalf("%s is not in %s", a, p)
		}
	})
}
