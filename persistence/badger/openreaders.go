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
	u := &usage{}
	u.idle.L = &u.mu
	return u
}

// acquire is ErrClosed once usage is closed; otherwise release must follow.
func (u *usage) acquire() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return persistence.ErrClosed
	}
	u.count++
	return nil
}

func (u *usage) release() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.count--
	if u.count == 0 {
		u.idle.Broadcast()
	}
}

// check is ErrClosed once usage is closed: whoever has acquired it must end.
func (u *usage) check() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return persistence.ErrClosed
	}
	return nil
}

// close refuses all later acquires and waits for the releases. It returns false when it
// was called before.
func (u *usage) close() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	first := !u.closed
	u.closed = true
	for u.count > 0 {
		u.idle.Wait()
	}
	return first
}
