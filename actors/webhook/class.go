package webhook

import "slices"

// Class says whom an outcome blames. Numbers are stored: they are for ever.
type FailureClass byte

// The classes.
const (
	ClassFine     FailureClass = iota + 1 // 2xx
	ClassEndpoint                         // the endpoint is ill: hold the line
	ClassServer                           // 5xx: the endpoint, or this message alone
	ClassMessage                          // the message is ill: its budget, then set it aside
	ClassGone                             // 410: never again
	ClassStale                            // a failure of what was configured before: no blame
)

// messageStatuses are the answers that blame the request itself.
var messageStatuses = []int{400, 405, 406, 411, 413, 414, 415, 422, 431}

// classOf judges one attempt by itself. A 5xx with Retry-After is a word about the
// endpoint, not about the message.
func classOf(a *Attempt) FailureClass {
	switch {
	case a.Failure != FailureNone || a.Status == 0:
		return ClassEndpoint
	case a.Status >= 200 && a.Status < 300:
		return ClassFine
	case a.Status == 410:
		return ClassGone
	case slices.Contains(messageStatuses, a.Status):
		return ClassMessage
	case a.Status >= 500 && a.RetryAfter == 0:
		return ClassServer
	}
	return ClassEndpoint
}

// Verdict is what follows from an attempt. Numbers are stored: they are for ever.
type Verdict byte

// The verdicts.
const (
	VerdictDelivered Verdict = iota + 1
	VerdictRetry             // the same delivery again, when it is due
	VerdictProbe             // a ping first, to see whether the endpoint or the message is ill
	VerdictDead              // set aside; the next one goes
	VerdictGone              // the endpoint said 410: disabled, the delivery waits
	VerdictExhausted         // it has failed for days: disabled, the delivery waits
	VerdictDropped           // failed, and not wanted any more
)

func (v Verdict) disables() bool { return v == VerdictGone || v == VerdictExhausted }
