package limit

import (
	"net/netip"
	"time"

	"partyline/gateway/clientaddr"
)

// siteFactor is how much more than one IPv6 network of 64 bits a site of 48 bits may ask
// for. Tunnel brokers and hosters give that to one customer, who has 65,536 of the small
// ones; providers have hundreds of households in it, of which a few ask at the same time.
const siteFactor = 8

// Addresses keeps a token bucket for each address: an IPv4 address, or an IPv6 network of
// 64 bits, and one for all in a network of 48 bits together. Loopback is the operator's own
// and not counted.
type Addresses struct{ network, site *Buckets[netip.Addr] }

// NewAddresses keeps the buckets of a limit; perSecond replaces its own rate when it is
// more than 0.
func NewAddresses(l *Limit, perSecond float64) Addresses {
	r := l.rate(perSecond)
	return Addresses{
		network: newBuckets[netip.Addr](r, maxAddresses),
		site:    newBuckets[netip.Addr](bucketRate{siteFactor * r.perSecond, siteFactor * r.burst, siteFactor * r.maxDebt}, maxAddresses),
	}
}

// Take takes one token. It returns 0, or how long until there would be one.
func (l Addresses) Take(from netip.Addr, now time.Time) time.Duration {
	return l.Charge(from, 1, now)
}

// Charge is Buckets.Charge of the address's network and site.
func (l Addresses) Charge(from netip.Addr, tokens float64, now time.Time) time.Duration {
	if from.IsLoopback() {
		return 0
	}
	network := clientaddr.Network(from)
	if !network.Is6() {
		return l.network.Charge(network, tokens, now)
	}
	// The site goes first: whoever has used it up fills no table with networks.
	site := clientaddr.Site(from)
	if wait := l.site.Charge(site, tokens, now); wait > 0 {
		return wait
	}
	wait := l.network.Charge(network, tokens, now)
	if wait > 0 {
		l.site.Owe(site, -tokens, now)
	}
	return wait
}

// Owe is Buckets.Owe of the address's network and site.
func (l Addresses) Owe(from netip.Addr, tokens float64, now time.Time) time.Duration {
	if from.IsLoopback() {
		return 0
	}
	network := clientaddr.Network(from)
	wait := l.network.Owe(network, tokens, now)
	if network.Is6() {
		wait = max(wait, l.site.Owe(clientaddr.Site(from), tokens, now))
	}
	return wait
}
