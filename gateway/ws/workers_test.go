package ws

import (
	"sync"
	"sync/atomic"
	"testing"

	"partyline/gateway/limit"
)

func TestWorkerPoolRunsEverythingWithinItsLimit(t *testing.T) {
	var l workerPool
	var now, most atomic.Int64
	var all sync.WaitGroup
	gate := make(chan struct{})
	for range 100 {
		all.Add(1)
		l.run(func() {
			defer all.Done()
			for n := now.Add(1); n > most.Load(); {
				most.Store(n)
			}
			<-gate
			now.Add(-1)
		})
	}
	close(gate)
	all.Wait()
	if n := most.Load(); n < 1 || n > limit.SocketWorkers.Most {
		t.Errorf("%d at once", n)
	}
}
