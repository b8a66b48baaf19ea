package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	// minWait and maxWait bound the wait before another try: half a second is more than a
	// restart of the server takes, and no screen should stay dead for longer than half a
	// minute after the server is back.
	minWait = 500 * time.Millisecond
	maxWait = 30 * time.Second
)

// Retry calls try until it succeeds, until its error is not Temporary, or until ctx ends, and
// returns the last error. Between two tries it waits as long as the server asks for, else
// twice as long as before, with jitter. A write needs a key, see CallWithKey: after an error
// its outcome may be unknown.
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

// Temporary reports whether the same call may succeed later: the server says so, is not
// reachable, or has closed the connection for a temporary reason.
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

// backoff computes the waits between failing tries. The zero value is that before the first.
type backoff struct{ last time.Duration }

// next returns the wait after that error: between half and all of a time that doubles, so
// that clients that lost their connections together do not reconnect together, or at least
// as long as the server asks for.
func (b *backoff) next(err error) time.Duration {
	b.last = min(max(2*b.last, minWait), maxWait)
	d := b.last/2 + rand.N(b.last/2)
	if e, ok := errors.AsType[*Error](err); ok && e.Refusal != nil && e.Refusal.RetryAfter > 0 {
		d = e.Refusal.RetryAfter + rand.N(minWait)
	}
	return d
}

func (b *backoff) reset() { b.last = 0 }

// sleep waits for d or until ctx ends; the error is ctx's.
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
