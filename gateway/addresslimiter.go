package gateway

import (
	"net/netip"
	"time"
)

// wideShare is how much more than one IPv6 network of 64 bits one of 48 bits may ask for.
// Tunnel brokers and hosters give that to one customer, who is 65,536 of the small ones;
// providers have hundreds of households in it, of which a few ask at the same time.
const wideShare = 8

// addressLimiter bounds how much each address may ask for: an IPv4 address, or an IPv6
// network of 64 bits, and all in one of 48 bits together.
type addressLimiter struct{ near, wide *limiter[netip.Addr] }

// newAddressLimiter takes the usual rate when none is given.
func newAddressLimiter(perSecond, usual, seconds float64) addressLimiter {
	perSecond = orUsual(perSecond, usual)
	l := addressLimiter{
		near: newLimiter[netip.Addr](perSecond, seconds, maxAddresses),
		wide: newLimiter[netip.Addr](wideShare*perSecond, seconds, maxAddresses),
	}
	l.wide.burst = wideShare * l.near.burst // also when that is the least
	return l
}

// take counts one. Loopback is the operator's own.
func (l addressLimiter) take(from netip.Addr, now time.Time) time.Duration {
	return l.charge(from, 1, now)
}

// charge is limiter.charge.
func (l addressLimiter) charge(from netip.Addr, tokens float64, now time.Time) time.Duration {
	if from.IsLoopback() {
		return 0
	}
	near := network(from)
	if !near.Is6() {
		return l.near.charge(near, tokens, now)
	}
	// The wide one goes first: who has used it up fills no table with small ones.
	wide := site(from)
	if wait := l.wide.charge(wide, tokens, now); wait > 0 {
		return wait
	}
	wait := l.near.charge(near, tokens, now)
	if wait > 0 {
		l.wide.owe(wide, -tokens, now)
	}
	return wait
}

// owe is limiter.owe.
func (l addressLimiter) owe(from netip.Addr, tokens float64, now time.Time) time.Duration {
	if from.IsLoopback() {
		return 0
	}
	near := network(from)
	wait := l.near.owe(near, tokens, now)
	if near.Is6() {
		wait = max(wait, l.wide.owe(site(from), tokens, now))
	}
	return wait
}
