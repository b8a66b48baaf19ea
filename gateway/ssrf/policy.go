package ssrf

import (
	"errors"
	"net/netip"
	"slices"
	"syscall"

	"code.dny.dev/ssrf"
)

// metadata addresses hand out the machine's own credentials to whoever can reach them. No
// allowed range includes them. The guardian checks allowed ranges first, so this list is
// checked before it.
var metadata = []netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"),     // AWS, Azure, Google, DigitalOcean and most others; ECS tasks
	netip.MustParsePrefix("fd00:ec2::/32"),      // AWS over IPv6, EKS
	netip.MustParsePrefix("fd20:ce::254/128"),   // Google over IPv6
	netip.MustParsePrefix("100.100.100.200/32"), // Alibaba
	netip.MustParsePrefix("168.63.129.16/32"),   // Azure's wire server, a public address
	netip.MustParsePrefix("192.0.0.192/32"),     // Oracle
}

// tunnels are IPv6 ranges whose addresses carry an IPv4 address, from this byte on.
var tunnels = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12},   // NAT64 (RFC 6052)
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12}, // local NAT64 (RFC 8215), as its /96 translators have it
	{netip.MustParsePrefix("2002::/16"), 2},       // 6to4 (RFC 3056)
}

// ErrBlocked is returned for an address that may not be called. It names no address.
var ErrBlocked = errors.New("the address is not public")

// Policy decides which addresses may be called. Make it with New.
type Policy struct {
	guardian *ssrf.Guardian
}

// New allows public addresses and the given ranges.
func New(open []netip.Prefix) Policy {
	var v4, v6 []netip.Prefix
	for _, p := range open {
		if p = unmapPrefix(p); p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	return Policy{ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))}
}

// Control is the Control of a net.Dialer: it is called with each address that a socket is
// about to connect to.
func (p Policy) Control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return ErrBlocked
	}
	return p.Check(to.Addr())
}

// Check returns ErrBlocked for an address that may not be called. An address that carries
// another one through a tunnel must pass with both.
func (p Policy) Check(a netip.Addr) error {
	a = a.Unmap()
	// A prefix contains no address with a zone, so no list would match it.
	if !a.IsValid() || a.Zone() != "" || isMetadata(a) {
		return ErrBlocked
	}
	if inner, ok := tunneledIPv4(a); ok && p.Check(inner) != nil {
		return ErrBlocked
	}
	if p.guardian.SafeAddr(a) != nil {
		return ErrBlocked
	}
	return nil
}

// AlwaysBlocked is true for an address that may not be called whatever is allowed.
func AlwaysBlocked(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Zone() != "" || isMetadata(a) {
		return true
	}
	inner, ok := tunneledIPv4(a)
	return ok && AlwaysBlocked(inner)
}

func isMetadata(a netip.Addr) bool {
	return slices.ContainsFunc(metadata, func(p netip.Prefix) bool { return p.Contains(a) })
}

// tunneledIPv4 returns the IPv4 address that an IPv6 address of a tunnel carries.
func tunneledIPv4(a netip.Addr) (inner netip.Addr, ok bool) {
	for _, t := range tunnels {
		if t.prefix.Contains(a) {
			b := a.As16()
			return netip.AddrFrom4([4]byte(b[t.at : t.at+4])), true
		}
	}
	return netip.Addr{}, false
}

// unmapPrefix turns ::ffff:10.0.0.0/104 into 10.0.0.0/8, since addresses are checked without
// the mapping.
func unmapPrefix(p netip.Prefix) netip.Prefix {
	const mapping = 96
	if p.Addr().Is4In6() && p.Bits() >= mapping {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapping)
	}
	return p
}
