package report

import (
	"context"
	"errors"
	"sync"
)

// InParallel calls do n times at once and waits for all.
func InParallel(ctx context.Context, n int, do func(ctx context.Context, index int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { do(ctx, i) })
	}
	group.Wait()
}

// Spread calls do n times, so many at once, and returns the errors. A worker stops at its first.
func Spread(ctx context.Context, workers, n int, do func(ctx context.Context, index int) error) error {
	failed := make([]error, workers)
	InParallel(ctx, workers, func(ctx context.Context, worker int) {
		for i := worker; i < n && failed[worker] == nil && ctx.Err() == nil; i += workers {
			failed[worker] = do(ctx, i)
		}
	})
	return errors.Join(append(failed, ctx.Err())...)
}
