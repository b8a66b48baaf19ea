package gateway

import (
	"hash/maphash"
	"net/netip"
)

const (
	// hostBits of an IPv6 address are one client's: a host has a /64 to itself.
	hostBits = 64
	// siteBits of an IPv6 address are one site's: a /48 is what a company or a hoster's
	// customer gets, and what tunnel brokers give to anybody.
	siteBits = 48
)

// network is what one client can be told from others by: an IPv4 address or an IPv6 /64.
func network(a netip.Addr) netip.Addr { return masked(a, hostBits) }

// site is what one attacker may have of IPv6, a /48 with 65,536 networks; of IPv4 it is
// the address.
func site(a netip.Addr) netip.Addr { return masked(a, siteBits) }

func masked(a netip.Addr, bits int) netip.Addr {
	if a = a.Unmap(); a.Is6() {
		if p, err := a.Prefix(bits); err == nil {
			return p.Addr()
		}
	}
	return a
}

// networkSetBits is the size of a networkSet, a mebibyte: when half a million networks are
// in it, six of a hundred others are taken for one of them.
const networkSetBits = 1 << 23

// networkSet remembers networks in a fixed space, however many an attacker has: one bit
// for all that have the same hash. It takes some for members that are none. The zero
// value is empty.
type networkSet struct {
	seed maphash.Seed
	bits []uint64
}

func (s *networkSet) add(a netip.Addr) {
	if s.bits == nil {
		s.seed, s.bits = maphash.MakeSeed(), make([]uint64, networkSetBits/64)
	}
	word, bit := s.place(a)
	s.bits[word] |= bit
}

func (s *networkSet) has(a netip.Addr) bool {
	if s.bits == nil {
		return false
	}
	word, bit := s.place(a)
	return s.bits[word]&bit != 0
}

func (s *networkSet) place(a netip.Addr) (word, bit uint64) {
	n := maphash.Comparable(s.seed, a) % networkSetBits
	return n / 64, 1 << (n % 64)
}
