package badger

import (
	"sync"

	"partyline/persistence"
)

// gate counts who is using the database. Badger's memory maps must not go away
// under an open iterator, so closing waits until all have left.
type gate struct {
	mu     sync.Mutex
	empty  sync.Cond
	inside int
	closed bool
}

func newGate() *gate {
	g := &gate{}
	g.empty.L = &g.mu
	return g
}

// enter is ErrClosed once the gate is closed; otherwise leave must follow.
func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return persistence.ErrClosed
	}
	g.inside++
	return nil
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.inside == 0 {
		g.empty.Broadcast()
	}
}

// check tells those inside to end.
func (g *gate) check() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return persistence.ErrClosed
	}
	return nil
}

// close lets nobody in any more and waits for those inside. It returns false when
// the gate was closed before.
func (g *gate) close() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	first := !g.closed
	g.closed = true
	for g.inside > 0 {
		g.empty.Wait()
	}
	return first
}
