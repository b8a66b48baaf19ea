package limit

import (
	"net/netip"
	"sync"
	"time"

	"partyline/gateway/clientaddr"
)

// codeMemory is how long is remembered who has come in with which code, and which sites
// have tried one while the budget of all was used up.
const codeMemory = 24 * time.Hour

// codeAttempts bounds how many wrong join codes are told from right ones: by address, by
// site, and of all together. Every wrong code counts on all three. Beyond the last a code
// is still accepted from a network that guests have come in from with that same code, which
// tells its people nothing that was not known there, and from a site that was not wrong
// before in the flood: so an attacker who uses the budget up finds out one code more with
// each site that it has, and keeps nobody out who types well.
type codeAttempts struct {
	mu         sync.Mutex
	now        time.Time
	addresses  Failures
	sites      *Buckets[netip.Addr]
	all        *Bucket
	since      time.Time               // from when on the filters remember
	entries    bloomFilter[codeEntry]  // by which guests have come in
	triedSites bloomFilter[netip.Addr] // that have tried a code while the budget was used up
}

// codeEntry is a network and a code that opened a session for a guest there. It does not
// open others: else whoever has one code would make networks known, and guess from them.
type codeEntry struct {
	network netip.Addr
	code    string
}

func newCodeAttempts() *codeAttempts {
	return &codeAttempts{
		addresses: NewFailures(&WrongCodes),
		sites:     newBuckets[netip.Addr](WrongCodesOfSite.rate(0), maxAddresses),
		all:       NewBucket(&WrongCodesTogether, time.Time{}),
	}
}

// attempt counts one code that was typed. It returns how long the address has to wait, 0
// when it may be told whether the code was right. It looks and counts in one step.
func (c *codeAttempts) attempt(from netip.Addr, code string, right bool, now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	now = c.advance(now)
	network := clientaddr.Network(from)
	if left := c.addresses.Attempt(from, true, now); left > 0 {
		return left
	}
	if right && c.entries.has(codeEntry{network, code}) {
		return 0
	}
	wait := c.wait(from, right, now)
	if !right {
		c.addresses.Attempt(from, false, now)
		c.sites.Take(clientaddr.Site(from), now)
		c.all.Take(now)
	}
	return wait
}

// wait is how long an address has to wait that was not wrong too often itself.
func (c *codeAttempts) wait(from netip.Addr, right bool, now time.Time) time.Duration {
	site := clientaddr.Site(from)
	if from.Unmap().Is6() {
		if wait := c.sites.Wait(site, now); wait > 0 {
			return wait
		}
	}
	wait := c.all.Wait(now)
	if wait == 0 {
		return 0
	}
	first := !c.triedSites.has(site)
	c.triedSites.add(site)
	if right && first {
		return 0
	}
	return wait
}

// recordEntry notes that a guest was let in from an address with a code, typed or not.
func (c *codeAttempts) recordEntry(from netip.Addr, code string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance(now)
	c.entries.add(codeEntry{clientaddr.Network(from), code})
}

// advance returns the latest time that any caller has come with: callers read the clock
// before they wait for the lock, and a bucket that goes back is refilled twice for the same
// time. After codeMemory the filters begin anew. The lock is held.
func (c *codeAttempts) advance(now time.Time) time.Time {
	if now.After(c.now) {
		c.now = now
	}
	if c.now.Sub(c.since) > codeMemory {
		c.since, c.entries, c.triedSites = c.now, bloomFilter[codeEntry]{}, bloomFilter[netip.Addr]{}
	}
	return c.now
}
