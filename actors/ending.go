package actors

import (
	"context"
	"sync"

	"github.com/asynkron/protoactor-go/actor"
)

// end ends actors behind what was sent to them, and returns when they have ended, or with
// ctx: one that waits for a disk that hangs is left behind.
func end(ctx context.Context, system *actor.ActorSystem, pids ...*actor.PID) {
	var all sync.WaitGroup
	ends := make([]*actor.Future, len(pids))
	for i, pid := range pids {
		ends[i] = system.Root.PoisonFuture(pid)
	}
	all.Go(func() {
		for _, end := range ends {
			_ = end.Wait()
		}
	})
	waitFor(ctx, &all)
}

// waitFor returns when all have ended, or with ctx.
func waitFor(ctx context.Context, all *sync.WaitGroup) {
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
