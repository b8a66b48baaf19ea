package badger

import (
	"sync"

	"partyline/persistence"
)

// gate counts who is using the database. Badger's memory maps must not go away
// under an open iterator, so closing waits until all have left.
type usage struct {
	mu     sync.Mutex
	idle   sync.Cond
	count  int
	closed bool
}

func newUsage() *usage {
	g := &usage{}
	g.idle.L = &g.mu
	return g
}

// enter is ErrClosed once the gate is closed; otherwise leave must follow.
func (g *usage) acquire() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return persistence.ErrClosed
	}
	g.count++
	return nil
}

func (g *usage) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count--
	if g.count == 0 {
		g.idle.Broadcast()
	}
}

// check tells those inside to end.
func (g *usage) check() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return persistence.ErrClosed
	}
	return nil
}

// close lets nobody in any more and waits for those inside. It returns false when
// the gate was closed before.
func (g *usage) close() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	first := !g.closed
	g.closed = true
	for g.count > 0 {
		g.idle.Wait()
	}
	return first
}
