package limit

import (
	"net/netip"
	"time"

	"partyline/gateway/clientaddr"
)

// Failures bounds how often an address may be wrong: only what is wrong takes a token.
// Loopback is counted too, because a proxy that is not named as trusted comes from there.
type Failures struct{ wrong *Buckets[netip.Addr] }

// NewFailures keeps the buckets of a limit.
func NewFailures(l *Limit) Failures {
	return Failures{newBuckets[netip.Addr](l.rate(0), maxAddresses)}
}

// Attempt counts one attempt of an address. It returns how long the address has to wait, 0
// when it may be told whether the attempt was right: also the right answer has to wait
// then, else guesses would go on. It looks and counts in one step, so that guesses that
// come at the same time are not more than those in a row.
func (f Failures) Attempt(from netip.Addr, right bool, now time.Time) time.Duration {
	if right {
		return f.wrong.Wait(clientaddr.Network(from), now)
	}
	return f.wrong.Take(clientaddr.Network(from), now)
}
