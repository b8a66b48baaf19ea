package runtime

import (
	"sync"
	"time"
)

// Ticker calls a function once per TickInterval on a goroutine of its own.
type Ticker struct {
	quit    chan struct{}
	once    sync.Once
	running sync.WaitGroup
}

// StartTicker starts a Ticker that calls f until Stop.
func StartTicker(f func()) *Ticker {
	t := &Ticker{quit: make(chan struct{})}
	t.running.Go(func() {
		ticks := time.NewTicker(TickInterval)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				f()
			case <-t.quit:
				return
			}
		}
	})
	return t
}

// Stop returns when f is no longer called. A second call does nothing.
func (t *Ticker) Stop() {
	t.once.Do(func() { close(t.quit) })
	t.running.Wait()
}
