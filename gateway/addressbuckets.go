package gateway

import (
	"net/netip"
	"time"

	"partyline/gateway/clientaddr"
)

// wideShare is how much more than one IPv6 network of 64 bits one of 48 bits may ask for.
// Tunnel brokers and hosters give that to one customer, who is 65,536 of the small ones;
// providers have hundreds of households in it, of which a few ask at the same time.
const siteFactor = 8

// addressLimiter bounds how much each address may ask for: an IPv4 address, or an IPv6
// network of 64 bits, and all in one of 48 bits together.
type addressBuckets struct{ network, site *buckets[netip.Addr] }

// newAddressLimiter takes the usual rate when none is given.
func newAddressBuckets(perSecond, usual, seconds float64) addressBuckets {
	perSecond = orDefault(perSecond, usual)
	l := addressBuckets{
		network: newBuckets[netip.Addr](perSecond, seconds, maxAddresses),
		site:    newBuckets[netip.Addr](siteFactor*perSecond, seconds, maxAddresses),
	}
	l.site.burst = siteFactor * l.network.burst // also when that is the least
	return l
}

// take counts one. Loopback is the operator's own.
func (l addressBuckets) take(from netip.Addr, now time.Time) time.Duration {
	return l.charge(from, 1, now)
}

// charge is limiter.charge.
func (l addressBuckets) charge(from netip.Addr, tokens float64, now time.Time) time.Duration {
	if from.IsLoopback() {
		return 0
	}
	near := clientaddr.Network(from)
	if !near.Is6() {
		return l.network.charge(near, tokens, now)
	}
	// The wide one goes first: who has used it up fills no table with small ones.
	wide := clientaddr.Site(from)
	if wait := l.site.charge(wide, tokens, now); wait > 0 {
		return wait
	}
	wait := l.network.charge(near, tokens, now)
	if wait > 0 {
		l.site.owe(wide, -tokens, now)
	}
	return wait
}

// owe is limiter.owe.
func (l addressBuckets) owe(from netip.Addr, tokens float64, now time.Time) time.Duration {
	if from.IsLoopback() {
		return 0
	}
	near := clientaddr.Network(from)
	wait := l.network.owe(near, tokens, now)
	if near.Is6() {
		wait = max(wait, l.site.owe(clientaddr.Site(from), tokens, now))
	}
	return wait
}
