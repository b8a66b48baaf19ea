package fanout

import "time"

// retryWait is how long to wait before the next try to read a session, after so many
// that failed; 0 when patience is at its end.
func (e *Engine) retryWait(tries int) time.Duration {
	var waited time.Duration
	wait := firstRetry
	for range tries {
		waited += wait
		wait = min(2*wait, lastRetry)
	}
	if waited > e.o.RetryTimeout {
		return 0
	}
	return wait
}

// pause waits; false when the engine closes meanwhile.
func (e *Engine) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-e.ctx.Done():
		return false
	}
}
