package badger

import (
	"sync"

	"partyline/persistence"
)

// usage counts who is using the database. Badger's memory maps must not go away under an
// open iterator, so closing waits until nobody is.
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

// acquire is ErrClosed once usage is closed; otherwise release must follow.
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

// check is ErrClosed once usage is closed: whoever has acquired it must end.
func (g *usage) check() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return persistence.ErrClosed
	}
	return nil
}

// close refuses all later acquires and waits for the releases. It returns false when it
// was called before.
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
