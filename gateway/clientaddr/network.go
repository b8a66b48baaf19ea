package clientaddr

import "net/netip"

const (
	// hostBits of an IPv6 address are one client's: a host has a /64 to itself.
	hostBits = 64
	// siteBits of an IPv6 address are one site's: a /48 is what a company or a hoster's
	// customer gets, and what tunnel brokers give to anybody.
	siteBits = 48
)

// Network is what one client can be told from others by: an IPv4 address or an IPv6 /64.
func Network(a netip.Addr) netip.Addr { return masked(a, hostBits) }

// Site is what one attacker may have of IPv6, a /48 with 65,536 networks; of IPv4 it is
// the address.
func Site(a netip.Addr) netip.Addr { return masked(a, siteBits) }

func masked(a netip.Addr, bits int) netip.Addr {
	if a = a.Unmap(); a.Is6() {
		if p, err := a.Prefix(bits); err == nil {
			return p.Addr()
		}
	}
	return a
}
