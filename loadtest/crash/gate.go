package crash

import (
	"sync"
	"sync/atomic"
)

// gate holds the writers back between rounds, so that what was acknowledged before
// a kill can be told from what came after. Whoever writes is within; one goroutine opens
// and closes it.
type gate struct {
	within sync.RWMutex
	shut   bool
	over   atomic.Bool
}

// newGate is shut.
func newGate() *gate {
	g := &gate{shut: true}
	g.within.Lock()
	return g
}

// enter waits while the gate is shut; false when there is nothing more to do, else leave it.
func (g *gate) enter() bool {
	g.within.RLock()
	if g.over.Load() {
		g.within.RUnlock()
		return false
	}
	return true
}

func (g *gate) leave() { g.within.RUnlock() }

func (g *gate) open() {
	if g.shut {
		g.shut = false
		g.within.Unlock()
	}
}

// close shuts the gate and waits until nobody is within.
func (g *gate) close() {
	if !g.shut {
		g.within.Lock()
		g.shut = true
	}
}

// end sends everybody away.
func (g *gate) end() {
	g.over.Store(true)
	g.open()
}
