package gateway

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// maxCodes of an address may be wrong within failureWindow: a whole party with clumsy
	// thumbs stands behind one address.
	maxCodes = 30
	// siteCodeRate per second may be wrong of all addresses of one IPv6 /48, and
	// siteCodeSeconds of it at once, 300: in the networks of mobile carriers many
	// phones of a hall share a /48.
	siteCodeRate    = 1
	siteCodeSeconds = 300
	// allCodeRate per second may be wrong of all addresses together, and allCodeSeconds
	// of it at once, 400: a hall types a few a minute. Who uses that up for five hours,
	// from however many addresses, finds one of 64 million codes with a chance of 1 in 700.
	allCodeRate    = 5
	allCodeSeconds = 80
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
type codeGuesses struct {
	mu        sync.Mutex
	now       time.Time
	addresses guesses
	sites     *limiter[netip.Addr]
	all       *rate.Limiter
	since     time.Time             // from when on the sets remember
	known     memorySet[entrance]   // that guests have come in by
	tried     memorySet[netip.Addr] // sites that have tried a code while the budget was used up
}

// entrance is a network and a code that opened a session for somebody there. It does not
// open others: else who has one code would make networks known, and guess from them.
type entrance struct {
	network netip.Addr
	code    string
}

func newCodeGuesses() codeGuesses {
	return codeGuesses{
		addresses: guesses{most: maxCodes},
		sites:     newLimiter[netip.Addr](siteCodeRate, siteCodeSeconds, maxAddresses),
		all:       rate.NewLimiter(allCodeRate, allCodeRate*allCodeSeconds),
	}
}

// attempt notes one code that somebody typed. It returns how long the address has to
// wait, 0 when it may know whether the code was right. It looks and counts in one step.
func (c *codeGuesses) attempt(from netip.Addr, code string, right bool, now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	now = c.clock(now)
	if left := c.addresses.left(from, now); left > 0 {
		return left
	}
	if right && c.known.has(entrance{network(from), code}) {
		return 0
	}
	wait := c.wait(from, right, now)
	if !right {
		c.addresses.note(from, now)
		c.sites.take(site(from), now)
		c.all.AllowN(now, 1)
	}
	return wait
}

// wait is how long an address has to wait that was not wrong too often itself.
func (c *codeGuesses) wait(from netip.Addr, right bool, now time.Time) time.Duration {
	if from.Unmap().Is6() {
		if wait := c.sites.wait(site(from), now); wait > 0 {
			return wait
		}
	}
	if c.all.TokensAt(now) >= 1 {
		return 0
	}
	first := !c.tried.has(site(from))
	c.tried.add(site(from))
	if right && first {
		return 0
	}
	return time.Second / allCodeRate
}

// welcome notes that a guest was let in from an address with a code, typed or not.
func (c *codeGuesses) welcome(from netip.Addr, code string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock(now)
	c.known.add(entrance{network(from), code})
}

// clock is the latest time that anybody came at: those who wait for the lock have looked
// at the clock before, in any order, and a bucket that goes back is filled twice for the
// same time. After codeMemory the sets begin anew. The lock is held.
func (c *codeGuesses) clock(now time.Time) time.Time {
	if now.After(c.now) {
		c.now = now
	}
	if c.now.Sub(c.since) > codeMemory {
		c.since, c.known, c.tried = c.now, memorySet[entrance]{}, memorySet[netip.Addr]{}
	}
	return c.now
}
