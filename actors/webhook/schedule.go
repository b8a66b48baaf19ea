package webhook

import (
	"time"

	"partyline/protocol"
)

const (
	// messageBudget is how many tries a message has that the endpoint refuses.
	messageBudget = 5
	// maxHint bounds Retry-After: an endpoint may ask for an hour, not for a year.
	maxHint = time.Hour
	// leastWait keeps a draw near zero from hitting an endpoint that is down.
	leastWait = time.Second
	// giveUpAfter is how long an endpoint may fail before it is disabled.
	giveUpAfter = 5 * 24 * time.Hour
	// giveUpMisses must have been missed too: five days take at least 120 attempts, so a
	// hub that was off, or started with a wrong clock, disables nobody for that alone.
	giveUpMisses = 100
)

// MaxWait is the longest wait that there is. Who finds a longer one after a start has
// a clock that was set back.
const MaxWait = maxHint

var (
	// holds are the most one waits after the first, second, … failure of an endpoint;
	// the last one for ever.
	holds = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute}
	// tries are the waits within a message's budget: less than two minutes in all.
	tries = []time.Duration{5 * time.Second, 15 * time.Second, 30 * time.Second, 60 * time.Second}
)

// due is when to try again after the n-th failure (from 1): full jitter, so that the
// webhooks of one endpoint do not come back together, but no sooner than it asked for.
func due(now protocol.Timestamp, waits []time.Duration, n int, draw float64, hint time.Duration) protocol.Timestamp {
	n = min(max(n, 1), len(waits))
	wait := time.Duration(draw * float64(waits[n-1]))
	wait = max(wait, leastWait, min(hint, maxHint))
	return now + protocol.Timestamp(wait.Milliseconds())
}
