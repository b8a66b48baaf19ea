package crash

import "sync"

// gate holds the writers back between rounds, so that what was acknowledged before
// a kill can be told from what came after.
type gate struct {
	mu     sync.Mutex
	change sync.Cond
	shut   bool
	ended  bool
	parked int
	inside int
}

// newGate is shut; so many writers will come.
func newGate(writers int) *gate {
	g := &gate{shut: true, inside: writers}
	g.change.L = &g.mu
	return g
}

// pass waits while the gate is shut; false when there is nothing more to do.
func (g *gate) pass() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.parked++
	g.change.Broadcast()
	for g.shut && !g.ended {
		g.change.Wait()
	}
	g.parked--
	return !g.ended
}

// left is called by a writer that will not pass again.
func (g *gate) left() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.change.Broadcast()
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = false
	g.change.Broadcast()
}

// close shuts the gate and waits until all writers stand before it.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	for g.parked < g.inside && !g.ended {
		g.change.Wait()
	}
}

// end lets everybody through for the last time.
func (g *gate) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
	g.change.Broadcast()
}
