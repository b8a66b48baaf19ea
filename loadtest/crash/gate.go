package crash

import (
	"sync"
	"sync/atomic"
)

// gate stops writers between rounds, so that what was acknowledged before a kill is known. Writers
// are within while they write; one goroutine opens and closes it.
type gate struct {
	within sync.RWMutex
	shut   bool
	over   atomic.Bool
}

// newGate returns a closed gate.
func newGate() *gate {
	g := &gate{shut: true}
	g.within.Lock()
	return g
}

// enter waits while the gate is closed. It returns false at the end; else the caller must leave.
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

// close waits until nobody is within.
func (g *gate) close() {
	if !g.shut {
		g.within.Lock()
		g.shut = true
	}
}

// end has every enter return false.
func (g *gate) end() {
	g.over.Store(true)
	g.open()
}
