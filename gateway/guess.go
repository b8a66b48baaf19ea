package gateway

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// maxLogins of an address may fail within failureWindow; then it is told 429. An
	// admin key of twelve characters is out of reach at ten guesses a minute.
	maxLogins     = 10
	failureWindow = time.Minute
	// maxAddresses bounds what is remembered. Beyond it those whose failures have
	// aged go first, then an eighth of all: an attacker with so many addresses is not
	// held by a table.
	maxAddresses = 10_000
)

// guesses counts wrong ones per address over a sliding window.
type guesses struct {
	most int

	mu       sync.Mutex
	failures map[netip.Addr]*failures
}

// failures holds the times of the last ones, a ring.
type failures struct {
	at   []time.Time
	next int
}

// attempt notes one try of an address. It returns how long the address has to wait, 0
// when it may know whether it was right. It looks and counts in one step, so that
// guesses that come at the same time are not more than those in a row.
func (g *guesses) attempt(from netip.Addr, right bool, now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if left := g.left(from, now); left > 0 {
		return left
	}
	if !right {
		g.note(from, now)
	}
	return 0
}

// left is how long the address has to wait. The lock is held.
func (g *guesses) left(from netip.Addr, now time.Time) time.Duration {
	f := g.failures[network(from)]
	if f == nil {
		return 0
	}
	return max(0, f.at[f.next].Add(failureWindow).Sub(now))
}

// note counts a failure. The lock is held.
func (g *guesses) note(from netip.Addr, now time.Time) {
	if g.failures == nil {
		g.failures = make(map[netip.Addr]*failures)
	}
	f := g.failures[network(from)]
	if f == nil {
		g.shrink(now)
		f = &failures{at: make([]time.Time, g.most)}
		g.failures[network(from)] = f
	}
	f.at[f.next] = now
	f.next = (f.next + 1) % g.most
}

// shrink makes room: for an eighth when all are recent, so that the table is not gone
// through for each of an attacker's addresses.
func (g *guesses) shrink(now time.Time) {
	if len(g.failures) < maxAddresses {
		return
	}
	for a, f := range g.failures {
		if newest := f.at[(f.next+g.most-1)%g.most]; now.Sub(newest) > failureWindow {
			delete(g.failures, a)
		}
	}
	for a := range g.failures {
		if len(g.failures) <= maxAddresses*7/8 {
			return
		}
		delete(g.failures, a)
	}
}
