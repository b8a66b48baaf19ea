package actors

import (
	"slices"
	"sync"

	"partyline/protocol"
)

// directory knows which sessions there are and which of them are active. It is read
// at the door, so that no actor is woken for a session that does not exist, and it
// keeps the rule of how many may be active at once.
type directory struct {
	mu     sync.Mutex
	limit  int // of active sessions, 0 for none
	last   protocol.SessionID
	known  map[protocol.SessionID]struct{}
	active []protocol.SessionID // ascending
	// opening are those whose beginning is not on disk yet. They count against the
	// limit, but votes do not go to them.
	opening map[protocol.SessionID]struct{}
}

func newDirectory(limit int, last protocol.SessionID, sessions []protocol.Session) *directory {
	d := &directory{limit: limit, last: last, known: map[protocol.SessionID]struct{}{}, opening: map[protocol.SessionID]struct{}{}}
	for _, s := range sessions {
		d.update(s.ID, true, s.IsActive)
	}
	return d
}

// reserve gives a new session its id, or says which active session is in the way.
func (d *directory) reserve() (protocol.SessionID, *protocol.Error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.limit > 0 && len(d.active) >= d.limit {
		err := protocol.Errorf(protocol.CodeActiveSession, "An active session already exists. Please close it before creating a new one.")
		return 0, err.With("activeSessionId", d.active[len(d.active)-1])
	}
	d.last++
	d.set(d.last, true, true)
	d.opening[d.last] = struct{}{}
	return d.last, nil
}

// note learns what a session's own log says of it.
func (d *directory) update(id protocol.SessionID, exists, active bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.opening, id)
	d.set(id, exists, active)
}

func (d *directory) set(id protocol.SessionID, exists, active bool) {
	if exists {
		d.known[id] = struct{}{}
	} else {
		delete(d.known, id)
	}
	i, found := slices.BinarySearch(d.active, id)
	switch {
	case exists && active && !found:
		d.active = slices.Insert(d.active, i, id)
	case found && !(exists && active):
		d.active = slices.Delete(d.active, i, i+1)
	}
}

func (d *directory) exists(id protocol.SessionID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.known[id]
	return ok
}

// newest is the active session with the highest id, 0 when none is active.
func (d *directory) newest() protocol.SessionID {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range slices.Backward(d.active) {
		if _, opening := d.opening[id]; !opening {
			return id
		}
	}
	return 0
}

// actives are the active sessions, the newest first.
func (d *directory) activeIDs() []protocol.SessionID {
	d.mu.Lock()
	defer d.mu.Unlock()
	ids := slices.Clone(d.active)
	slices.Reverse(ids)
	return ids
}

// ids are all sessions, the newest first.
func (d *directory) ids() []protocol.SessionID {
	d.mu.Lock()
	defer d.mu.Unlock()
	ids := make([]protocol.SessionID, 0, len(d.known))
	for id := range d.known {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	return ids
}
