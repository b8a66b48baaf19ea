package crowd

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"partyline/protocol"
)

// connecting is how many screens connect at the same time: more only fills the
// server's accept queue.
const connecting = 128

// screens is all screens of a run.
type screens struct {
	screens []*screen
	cancel  context.CancelFunc
	group   sync.WaitGroup
}

// connectScreens connects all screens and waits until each is subscribed. In tally mode every
// session gets one more, which watches the events that tallies are held against.
func connectScreens(ctx context.Context, s *stage) (*screens, error) {
	running, cancel := context.WithCancel(ctx)
	a := &screens{cancel: cancel}
	for i := range s.o.Screens {
		a.screens = append(a.screens, newScreen(s, i, s.o.Mode))
	}
	if s.o.Mode == protocol.ModeTally && s.o.Screens > 0 {
		for i := range s.o.Sessions {
			a.screens = append(a.screens, newScreen(s, i, protocol.ModeEvents))
		}
	}
	up := make(chan struct{}, len(a.screens))
	doors := make(chan struct{}, connecting)
	for _, c := range a.screens {
		c.up = sync.OnceFunc(func() { up <- struct{}{}; <-doors })
		doors <- struct{}{}
		a.group.Go(func() { c.run(running) }) // ends with close
	}
	return a, a.wait(ctx, up)
}

func (a *screens) wait(ctx context.Context, up <-chan struct{}) error {
	for n := range a.screens {
		select {
		case <-up:
		case <-ctx.Done():
			a.close()
			return fmt.Errorf("%d of %d screens came up: %w", n, len(a.screens), ctx.Err())
		}
	}
	return nil
}

// close disconnects all screens and waits for them.
func (a *screens) close() {
	a.cancel()
	a.group.Wait()
}

// churn cuts so many screens a second until ctx ends.
func (a *screens) churn(ctx context.Context, rate float64) {
	if rate <= 0 || len(a.screens) == 0 {
		return
	}
	a.group.Go(func() { // ends with ctx
		tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				a.screens[rand.IntN(len(a.screens))].cut()
			case <-ctx.Done():
				return
			}
		}
	})
}

// deliveries is how many events and tallies all screens got.
func (a *screens) deliveries() (n uint64) {
	for _, c := range a.screens {
		n += c.deliveries()
	}
	return n
}
