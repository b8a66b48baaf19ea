package limit

import (
	"net/netip"
	"sync"

	"partyline/gateway/clientaddr"
)

// addressCounts counts what is open of each address, and of each IPv6 network of 48 bits,
// which may have siteFactor times as much.
type addressCounts struct {
	most   int
	exempt clientaddr.Proxies

	mu              *sync.Mutex
	networks, sites map[netip.Addr]*count
}

// count is what is open of one address.
type count struct {
	open   int
	logged bool // that it has reached the limit
}

// newAddressCounts counts up to most, or what the limit says when that is 0.
func newAddressCounts(l *Limit, most int, exempt clientaddr.Proxies) addressCounts {
	if most <= 0 {
		most = int(l.Most)
	}
	return addressCounts{most: most, exempt: exempt, mu: new(sync.Mutex), networks: make(map[netip.Addr]*count), sites: make(map[netip.Addr]*count)}
}

// isExempt says that an address is not counted: the operator's own programs, and proxies
// that stand for many clients.
func (c addressCounts) isExempt(a netip.Addr) bool { return a.IsLoopback() || c.exempt.Trust(a) }

// full says whether the address may open no more. First is true once for each time that its
// connections reach the limit after there were none.
func (c addressCounts) full(a netip.Addr) (full, first bool) {
	if c.isExempt(a) {
		return false, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fullLocked(a)
}

func (c addressCounts) fullLocked(a netip.Addr) (full, first bool) {
	network := clientaddr.Network(a)
	full, first = c.networks[network].full(c.most)
	if !full && network.Is6() {
		return c.sites[clientaddr.Site(a)].full(siteFactor * c.most)
	}
	return full, first
}

// add counts one more, whatever there is.
func (c addressCounts) add(a netip.Addr) {
	if c.isExempt(a) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change(a, 1)
}

// tryAdd counts one more, unless the address is full.
func (c addressCounts) tryAdd(a netip.Addr) (added, first bool) {
	if c.isExempt(a) {
		return true, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	full, first := c.fullLocked(a)
	if !full {
		c.change(a, 1)
	}
	return !full, first
}

func (c addressCounts) remove(a netip.Addr) {
	if c.isExempt(a) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.change(a, -1)
}

// change counts n more or fewer. The lock is held.
func (c addressCounts) change(a netip.Addr, n int) {
	network := clientaddr.Network(a)
	addTo(c.networks, network, n)
	if network.Is6() {
		addTo(c.sites, clientaddr.Site(a), n)
	}
}

// addTo removes an entry with its last connection, so the map is bounded by the connections
// that may be open.
func addTo(all map[netip.Addr]*count, a netip.Addr, n int) {
	one := all[a]
	if one == nil {
		if n < 0 {
			return
		}
		one = new(count)
		all[a] = one
	}
	if one.open += n; one.open == 0 {
		delete(all, a)
	}
}

func (c *count) full(most int) (full, first bool) {
	if c == nil || c.open < most {
		return false, false
	}
	first = !c.logged
	c.logged = true
	return true, first
}
