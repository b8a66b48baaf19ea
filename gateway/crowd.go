package gateway

import (
	"net/netip"
	"sync"
)

// DefaultMaxPerAddress of HTTP connections, and of WebSockets, is twice what a venue needs
// whose guests all come back at once behind one address, and a twentieth of the house: one
// stranger cannot fill it.
const DefaultMaxPerAddress = 1000

// crowds counts the connections of each address.
type crowds struct {
	most   int
	exempt proxies

	mu   *sync.Mutex
	here map[netip.Addr]*crowd
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
	return crowds{most: most, exempt: exempt, mu: new(sync.Mutex), here: make(map[netip.Addr]*crowd)}
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
	return c.here[network(a)].full(c.most)
}

func (c crowds) come(a netip.Addr) {
	if c.free(a) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(network(a))
}

// admit lets one more come, unless full.
func (c crowds) admit(a netip.Addr) (in, first bool) {
	if c.free(a) {
		return true, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	full, first := c.here[network(a)].full(c.most)
	if !full {
		c.add(network(a))
	}
	return !full, first
}

func (c crowds) add(network netip.Addr) {
	all := c.here[network]
	if all == nil {
		all = new(crowd)
		c.here[network] = all
	}
	all.size++
}

func (c *crowd) full(most int) (full, first bool) {
	if c == nil || c.size < most {
		return false, false
	}
	first = !c.told
	c.told = true
	return true, first
}

// leave forgets an address with its last connection: the table is as large as the
// house at most.
func (c crowds) leave(a netip.Addr) {
	if c.free(a) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.here[network(a)]
	if all == nil {
		return
	}
	if all.size--; all.size == 0 {
		delete(c.here, network(a))
	}
}
