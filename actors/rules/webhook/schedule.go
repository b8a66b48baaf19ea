package webhook

import (
	"time"

	"partyline/protocol"
)

const (
	// messageBudget is how many attempts a message has that the endpoint refuses.
	messageBudget = 5
	// maxHint bounds Retry-After: an endpoint may ask for an hour, not for a year.
	maxHint = time.Hour
	// minWait keeps a jitter near zero from hammering an endpoint that is down.
	minWait = time.Second
	// disableAfter is how long an endpoint may fail before its webhook is disabled.
	disableAfter = 5 * 24 * time.Hour
	// disableMisses is how many attempts must have failed too: five days take at least 120,
	// so a hub that was off, or started with a wrong clock, disables nobody for that alone.
	disableMisses = 100
)

// MaxWait is the longest wait between two attempts. A longer one after a start means
// that the clock was set back.
const MaxWait = maxHint

var (
	// endpointBackoff are the longest waits after the first, second, … failure of an
	// endpoint; the last one repeats.
	endpointBackoff = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute}
	// messageBackoff are the longest waits within a message's budget: less than two minutes
	// in all.
	messageBackoff = []time.Duration{5 * time.Second, 15 * time.Second, 30 * time.Second, 60 * time.Second}
)

// due is the time of the attempt after the n-th failure (from 1): full jitter, so that
// the webhooks of one endpoint do not come back together, but no sooner than it asked for.
func due(now protocol.Timestamp, waits []time.Duration, n int, draw float64, hint time.Duration) protocol.Timestamp {
	n = min(max(n, 1), len(waits))
	wait := time.Duration(draw * float64(waits[n-1]))
	wait = max(wait, minWait, min(hint, maxHint))
	return now + protocol.Timestamp(wait.Milliseconds())
}
