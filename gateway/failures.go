package gateway

import (
	"net/netip"
	"sync"
	"time"

	"partyline/gateway/clientaddr"
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
type failedAttempts struct {
	limit int

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
func (g *failedAttempts) attempt(from netip.Addr, right bool, now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if left := g.remaining(from, now); left > 0 {
		return left
	}
	if !right {
		g.record(from, now)
	}
	return 0
}

// left is how long the address has to wait. The lock is held.
func (g *failedAttempts) remaining(from netip.Addr, now time.Time) time.Duration {
	f := g.failures[clientaddr.Network(from)]
	if f == nil {
		return 0
	}
	return max(0, f.at[f.next].Add(failureWindow).Sub(now))
}

// note counts a failure. The lock is held.
func (g *failedAttempts) record(from netip.Addr, now time.Time) {
	if g.failures == nil {
		g.failures = make(map[netip.Addr]*failures)
	}
	f := g.failures[clientaddr.Network(from)]
	if f == nil {
		g.evict(now)
		f = &failures{at: make([]time.Time, g.limit)}
		g.failures[clientaddr.Network(from)] = f
	}
	f.at[f.next] = now
	f.next = (f.next + 1) % g.limit
}

// shrink makes room: for an eighth when all are recent, so that the table is not gone
// through for each of an attacker's addresses.
func (g *failedAttempts) evict(now time.Time) {
	if len(g.failures) < maxAddresses {
		return
	}
	for a, f := range g.failures {
		if newest := f.at[(f.next+g.limit-1)%g.limit]; now.Sub(newest) > failureWindow {
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
