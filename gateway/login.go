package gateway

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// maxFailures of an address within failureWindow; then it is told 429. An admin
	// key of any length is out of reach at ten guesses a minute.
	maxFailures   = 10
	failureWindow = time.Minute
	// maxAddresses bounds what is remembered. Beyond it those whose failures have
	// aged go first, then anybody: an attacker with so many addresses is not held by
	// a table.
	maxAddresses = 10_000
)

// logins counts failed logins per address over a sliding window.
type logins struct {
	mu       sync.Mutex
	failures map[netip.Addr]*failures
}

// failures holds the times of the last ones, a ring.
type failures struct {
	at   [maxFailures]time.Time
	next int
}

// attempt notes one try of an address. It returns how long the address has to wait, 0
// when it may know whether it was right. It looks and counts in one step, so that
// guesses that come at the same time are not more than those in a row.
func (l *logins) attempt(from netip.Addr, right bool, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.failures[network(from)]
	if f != nil {
		if left := f.at[f.next].Add(failureWindow).Sub(now); left > 0 {
			return left
		}
	}
	if !right {
		l.note(f, from, now)
	}
	return 0
}

// note counts a failure, the address's first when f is nil.
func (l *logins) note(f *failures, from netip.Addr, now time.Time) {
	if l.failures == nil {
		l.failures = make(map[netip.Addr]*failures)
	}
	if f == nil {
		l.shrink(now)
		f = new(failures)
		l.failures[network(from)] = f
	}
	f.at[f.next] = now
	f.next = (f.next + 1) % maxFailures
}

// shrink makes room for one more.
func (l *logins) shrink(now time.Time) {
	if len(l.failures) < maxAddresses {
		return
	}
	for a, f := range l.failures {
		if newest := f.at[(f.next+maxFailures-1)%maxFailures]; now.Sub(newest) > failureWindow {
			delete(l.failures, a)
		}
	}
	for a := range l.failures {
		if len(l.failures) < maxAddresses {
			return
		}
		delete(l.failures, a)
	}
}

// network is what one client can be told from others by: an IPv6 host has a /64.
func network(a netip.Addr) netip.Addr {
	if a = a.Unmap(); a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}
