package webhook

import "slices"

// FailureClass is the cause that an outcome points to. The numbers are stored, so they
// never change.
type FailureClass byte

// The classes.
const (
	ClassSuccess  FailureClass = iota + 1 // 2xx
	ClassEndpoint                         // the endpoint fails: hold all deliveries
	ClassServer                           // 5xx: the endpoint fails, or this message alone
	ClassMessage                          // the endpoint refuses this message: retry within its budget, then dead letter
	ClassGone                             // 410: disable
	ClassStale                            // a failure under an earlier configuration: does not count
)

// messageStatuses are the statuses that refuse the request itself.
var messageStatuses = []int{400, 405, 406, 411, 413, 414, 415, 422, 431}

// classOf classifies one attempt by itself. A 5xx with Retry-After says that the endpoint
// is overloaded, not that the message is at fault.
func classOf(a *Attempt) FailureClass {
	switch {
	case a.Failure != FailureNone || a.Status == 0:
		return ClassEndpoint
	case a.Status >= 200 && a.Status < 300:
		return ClassSuccess
	case a.Status == 410:
		return ClassGone
	case slices.Contains(messageStatuses, a.Status):
		return ClassMessage
	case a.Status >= 500 && a.RetryAfter == 0:
		return ClassServer
	}
	return ClassEndpoint
}

// Verdict is what follows from an attempt. The numbers are stored, so they never change.
type Verdict byte

// The verdicts.
const (
	VerdictDelivered Verdict = iota + 1
	VerdictRetry             // the same delivery again, when it is due
	VerdictProbe             // a ping first, to see whether the endpoint or the message is at fault
	VerdictDead              // dead letter; the next delivery follows
	VerdictGone              // the endpoint answered 410: disabled, the delivery is kept
	VerdictExhausted         // the endpoint has failed for days: disabled, the delivery is kept
	VerdictDropped           // failed, and not wanted any more
)

func (v Verdict) disables() bool { return v == VerdictGone || v == VerdictExhausted }

// String is the verdict as the logs show it.
func (v Verdict) String() string {
	switch v {
	case VerdictDelivered:
		return "delivered"
	case VerdictRetry:
		return "retry"
	case VerdictProbe:
		return "probe"
	case VerdictDead:
		return "dead"
	case VerdictGone:
		return "gone"
	case VerdictExhausted:
		return "exhausted"
	}
	return "dropped"
}

// ErrorClass is the stage that failed, or "status"; webhooks.logs shows it.
func (f *Attempted) ErrorClass() string {
	if f.Failure != FailureNone {
		return string(f.Failure)
	}
	return "status"
}
