package webhook

// String is the verdict as logs show it.
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

// ErrorClass is one word for what went wrong: the stage that failed, or "status".
func (f *Attempted) ErrorClass() string {
	if f.Failure != FailureNone {
		return string(f.Failure)
	}
	return "status"
}
