package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	// firstWait and longestWait bound the wait before another try: half a second is more
	// than a restart of the hub takes, and nobody wants to look at a dead screen for longer
	// than half a minute after it is back.
	minWait = 500 * time.Millisecond
	maxWait = 30 * time.Second
)

// Retry calls try until it succeeds, until it fails with what another try cannot change,
// or until ctx ends, and returns the last error. Between two tries it waits as long as the
// hub asks for, else twice as long as before, with jitter. A write needs a key, see
// CallWithKey: after an error its outcome may be unknown.
func Retry(ctx context.Context, try func(ctx context.Context) error) error {
	var b backoff
	for {
		err := try(ctx)
		if err == nil || !Temporary(err) {
			return err
		}
		if sleep(ctx, b.next(err)) != nil {
			return err
		}
	}
}

// Temporary says whether the same call may succeed later: the hub says so, is not there,
// or has closed the connection for a reason that passes.
func Temporary(err error) bool {
	if _, ok := errors.AsType[*codecError](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, ErrClosed) {
		return false
	}
	if closed, ok := errors.AsType[*CloseError](err); ok {
		return closed.temporary()
	}
	if e, ok := errors.AsType[*Error](err); ok {
		if e.Refusal != nil {
			return e.Refusal.Code.Meaning().Retry
		}
		return e.Status/100 == 5
	}
	return true
}

// backoff is the waits between tries that fail one after the other. The zero value is
// before the first.
type backoff struct{ last time.Duration }

// next is how long to wait after that error: between half and all of a time that doubles,
// so that those who lost their connection together do not come back together, and at
// least as long as the hub asks for.
func (b *backoff) next(err error) time.Duration {
	b.last = min(max(2*b.last, minWait), maxWait)
	d := b.last/2 + rand.N(b.last/2)
	if e, ok := errors.AsType[*Error](err); ok && e.Refusal != nil && e.Refusal.RetryAfter > 0 {
		d = e.Refusal.RetryAfter + rand.N(minWait)
	}
	return d
}

func (b *backoff) reset() { b.last = 0 }

// wait waits so long; the error is ctx's.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
