package gateway

import (
	"net/netip"
	"sync"

	"partyline/gateway/clientaddr"
)

// DefaultMaxPerAddress of HTTP connections, and of WebSockets, is twice what a venue needs
// whose guests all come back at once behind one address, and a twentieth of the house: one
// stranger cannot fill it.
const DefaultMaxPerAddress = 1000

// crowds counts the connections of each address, and of IPv6 those of each network of 48
// bits, which may have as many times more as it may ask for (addressLimiter).
type addressConnections struct {
	limit  int
	exempt clientaddr.Proxies

	mu              *sync.Mutex
	networks, sites map[netip.Addr]*connectionCount
}

// crowd is who is here from one address.
type connectionCount struct {
	open   int
	logged bool // the log has been told that it is too large
}

func newAddressConnections(most int, exempt clientaddr.Proxies) addressConnections {
	if most <= 0 {
		most = DefaultMaxPerAddress
	}
	return addressConnections{limit: most, exempt: exempt, mu: new(sync.Mutex), networks: make(map[netip.Addr]*connectionCount), sites: make(map[netip.Addr]*connectionCount)}
}

// free says that an address is not counted: the operator's own programs, and proxies
// that stand for many.
func (c addressConnections) isExempt(a netip.Addr) bool { return a.IsLoopback() || c.exempt.Trust(a) }

// full says whether no more may come from the address. First is true once for each
// time that its connections reach the limit after there were none.
func (c addressConnections) full(a netip.Addr) (full, first bool) {
	if c.isExempt(a) {
		return false, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fullLocked(a)
}

// over is full with the lock held.
func (c addressConnections) fullLocked(a netip.Addr) (full, first bool) {
	full, first = c.networks[clientaddr.Network(a)].full(c.limit)
	if !full && clientaddr.Network(a).Is6() {
		return c.sites[clientaddr.Site(a)].full(siteFactor * c.limit)
	}
	return full, first
}

func (c addressConnections) add(a netip.Addr) {
	if c.isExempt(a) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addLocked(a)
}

// admit lets one more come, unless full.
func (c addressConnections) tryAdd(a netip.Addr) (in, first bool) {
	if c.isExempt(a) {
		return true, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	full, first := c.fullLocked(a)
	if !full {
		c.addLocked(a)
	}
	return !full, first
}

func (c addressConnections) addLocked(a netip.Addr) {
	addTo(c.networks, clientaddr.Network(a), 1)
	if clientaddr.Network(a).Is6() {
		addTo(c.sites, clientaddr.Site(a), 1)
	}
}

// count forgets a crowd with its last connection: the tables are as large as the house at
// most.
func addTo(of map[netip.Addr]*connectionCount, a netip.Addr, n int) {
	all := of[a]
	if all == nil {
		if n < 0 {
			return
		}
		all = new(connectionCount)
		of[a] = all
	}
	if all.open += n; all.open == 0 {
		delete(of, a)
	}
}

func (c *connectionCount) full(most int) (full, first bool) {
	if c == nil || c.open < most {
		return false, false
	}
	first = !c.logged
	c.logged = true
	return true, first
}

func (c addressConnections) remove(a netip.Addr) {
	if c.isExempt(a) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	addTo(c.networks, clientaddr.Network(a), -1)
	if clientaddr.Network(a).Is6() {
		addTo(c.sites, clientaddr.Site(a), -1)
	}
}
