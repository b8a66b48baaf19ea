package gateway

import (
	"net/netip"
	"sync"
)

// DefaultMaxPerAddress of HTTP connections, and of WebSockets, is twice what a venue needs
// whose guests all come back at once behind one address, and a twentieth of the house: one
// stranger cannot fill it.
const DefaultMaxPerAddress = 1000

// crowds counts the connections of each address, and of IPv6 those of each network of 48
// bits, which may have as many times more as it may ask for (addressLimiter).
type crowds struct {
	most   int
	exempt proxies

	mu          *sync.Mutex
	here, sites map[netip.Addr]*crowd
}

// crowd is who is here from one address.
type crowd struct {
	size int
	told bool // the log has been told that it is too large
}

func newCrowds(most int, exempt proxies) crowds {
	if most <= 0 {
		most = DefaultMaxPerAddress
	}
	return crowds{most: most, exempt: exempt, mu: new(sync.Mutex), here: make(map[netip.Addr]*crowd), sites: make(map[netip.Addr]*crowd)}
}

// free says that an address is not counted: the operator's own programs, and proxies
// that stand for many.
func (c crowds) free(a netip.Addr) bool { return a.IsLoopback() || c.exempt.trust(a) }

// full says whether no more may come from the address. First is true once for each
// time that its connections reach the limit after there were none.
func (c crowds) full(a netip.Addr) (full, first bool) {
	if c.free(a) {
		return false, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over(a)
}

// over is full with the lock held.
func (c crowds) over(a netip.Addr) (full, first bool) {
	full, first = c.here[network(a)].full(c.most)
	if !full && network(a).Is6() {
		return c.sites[site(a)].full(wideShare * c.most)
	}
	return full, first
}

func (c crowds) come(a netip.Addr) {
	if c.free(a) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(a)
}

// admit lets one more come, unless full.
func (c crowds) admit(a netip.Addr) (in, first bool) {
	if c.free(a) {
		return true, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	full, first := c.over(a)
	if !full {
		c.add(a)
	}
	return !full, first
}

func (c crowds) add(a netip.Addr) {
	count(c.here, network(a), 1)
	if network(a).Is6() {
		count(c.sites, site(a), 1)
	}
}

// count forgets a crowd with its last connection: the tables are as large as the house at
// most.
func count(of map[netip.Addr]*crowd, a netip.Addr, n int) {
	all := of[a]
	if all == nil {
		if n < 0 {
			return
		}
		all = new(crowd)
		of[a] = all
	}
	if all.size += n; all.size == 0 {
		delete(of, a)
	}
}

func (c *crowd) full(most int) (full, first bool) {
	if c == nil || c.size < most {
		return false, false
	}
	first = !c.told
	c.told = true
	return true, first
}

func (c crowds) leave(a netip.Addr) {
	if c.free(a) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	count(c.here, network(a), -1)
	if network(a).Is6() {
		count(c.sites, site(a), -1)
	}
}
