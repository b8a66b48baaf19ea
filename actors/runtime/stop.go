package runtime

import (
	"context"
	"sync"

	"github.com/asynkron/protoactor-go/actor"
)

// End ends actors behind the messages that were sent to them before. It returns when they
// have ended, or with ctx: an actor that waits for a disk that hangs is left behind.
func (s *System) End(ctx context.Context, pids ...*actor.PID) {
	var all sync.WaitGroup
	ends := make([]*actor.Future, len(pids))
	for i, pid := range pids {
		ends[i] = s.Root.PoisonFuture(pid)
	}
	all.Go(func() {
		for _, end := range ends {
			_ = end.Wait()
		}
	})
	WaitFor(ctx, &all)
}

// WaitFor returns when all goroutines of the group have ended, or with ctx.
func WaitFor(ctx context.Context, all *sync.WaitGroup) {
	ended := make(chan struct{})
	go func() {
		all.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}
