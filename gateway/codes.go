package gateway

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"partyline/gateway/clientaddr"
)

const (
	// maxCodes of an address may be wrong within failureWindow: a whole party with clumsy
	// thumbs stands behind one address.
	maxWrongCodes = 30
	// siteCodeRate per second may be wrong of all addresses of one IPv6 /48, and
	// siteCodeSeconds of it at once, 300: in the networks of mobile carriers many
	// phones of a hall share a /48.
	siteWrongRate    = 1
	siteWrongSeconds = 300
	// allCodeRate per second may be wrong of all addresses together, and allCodeSeconds
	// of it at once, 400: a hall types a few a minute. Who uses that up for five hours,
	// from however many addresses, finds one of 64 million codes with a chance of 1 in 700.
	allWrongRate    = 5
	allWrongSeconds = 80
	// codeMemory is how long is remembered who has come in with which code, and which
	// sites have tried one in a flood.
	codeMemory = 24 * time.Hour
)

// codeGuesses bounds how many wrong join codes are told from right ones: by address, by
// site, and of all together. Every wrong code counts on all three. Beyond the last a code
// is still good from a network that guests have come in from with that same code, which
// tells its people nothing that was not known there, and from a site that was not wrong
// before in the flood: so an attacker who uses the budget up finds out one code more with
// each site that it has, and keeps nobody out who types well. The zero value is not usable.
type codeAttempts struct {
	mu         sync.Mutex
	now        time.Time
	addresses  failedAttempts
	sites      *buckets[netip.Addr]
	all        *rate.Limiter
	since      time.Time               // from when on the sets remember
	entries    bloomFilter[codeEntry]  // that guests have come in by
	triedSites bloomFilter[netip.Addr] // sites that have tried a code while the budget was used up
}

// entrance is a network and a code that opened a session for somebody there. It does not
// open others: else who has one code would make networks known, and guess from them.
type codeEntry struct {
	network netip.Addr
	code    string
}

func newCodeAttempts() codeAttempts {
	return codeAttempts{
		addresses: failedAttempts{limit: maxWrongCodes},
		sites:     newBuckets[netip.Addr](siteWrongRate, siteWrongSeconds, maxAddresses),
		all:       rate.NewLimiter(allWrongRate, allWrongRate*allWrongSeconds),
	}
}

// attempt notes one code that somebody typed. It returns how long the address has to
// wait, 0 when it may know whether the code was right. It looks and counts in one step.
func (c *codeAttempts) attempt(from netip.Addr, code string, right bool, now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	now = c.advance(now)
	if left := c.addresses.remaining(from, now); left > 0 {
		return left
	}
	if right && c.entries.has(codeEntry{clientaddr.Network(from), code}) {
		return 0
	}
	wait := c.wait(from, right, now)
	if !right {
		c.addresses.record(from, now)
		c.sites.take(clientaddr.Site(from), now)
		c.all.AllowN(now, 1)
	}
	return wait
}

// wait is how long an address has to wait that was not wrong too often itself.
func (c *codeAttempts) wait(from netip.Addr, right bool, now time.Time) time.Duration {
	if from.Unmap().Is6() {
		if wait := c.sites.wait(clientaddr.Site(from), now); wait > 0 {
			return wait
		}
	}
	if c.all.TokensAt(now) >= 1 {
		return 0
	}
	first := !c.triedSites.has(clientaddr.Site(from))
	c.triedSites.add(clientaddr.Site(from))
	if right && first {
		return 0
	}
	return time.Second / allWrongRate
}

// welcome notes that a guest was let in from an address with a code, typed or not.
func (c *codeAttempts) recordEntry(from netip.Addr, code string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance(now)
	c.entries.add(codeEntry{clientaddr.Network(from), code})
}

// clock is the latest time that anybody came at: those who wait for the lock have looked
// at the clock before, in any order, and a bucket that goes back is filled twice for the
// same time. After codeMemory the sets begin anew. The lock is held.
func (c *codeAttempts) advance(now time.Time) time.Time {
	if now.After(c.now) {
		c.now = now
	}
	if c.now.Sub(c.since) > codeMemory {
		c.since, c.entries, c.triedSites = c.now, bloomFilter[codeEntry]{}, bloomFilter[netip.Addr]{}
	}
	return c.now
}
