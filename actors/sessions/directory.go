package sessions

import (
	"slices"
	"sync"

	"partyline/protocol"
)

// directory is the set of all sessions and of those that are active. It is read before a
// message is sent, so that no actor is woken for a session that does not exist, and it holds
// the limit of active sessions. Its methods may be called from any goroutine.
type directory struct {
	mu     sync.Mutex
	limit  int // of active sessions, 0 for none
	last   protocol.SessionID
	known  map[protocol.SessionID]struct{}
	active []protocol.SessionID // ascending
	// opening are the sessions whose creation is not on disk yet. They count against the
	// limit, but votes without a session do not go to them.
	opening map[protocol.SessionID]struct{}
}

func newDirectory(limit int) *directory {
	return &directory{limit: limit, known: map[protocol.SessionID]struct{}{}, opening: map[protocol.SessionID]struct{}{}}
}

// load sets the highest id that was given, and the sessions.
func (d *directory) load(last protocol.SessionID, sessions []protocol.Session) {
	d.skipID(last)
	for _, s := range sessions {
		d.update(s.ID, true, s.IsActive)
	}
}

// skipID keeps ids up to this one from being given again.
func (d *directory) skipID(id protocol.SessionID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last = max(d.last, id)
}

// reserve gives a new session its id, or answers with the error that too many are active.
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

// update sets what the session's stream says of it.
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

// activeIDs are the active sessions, the newest first.
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
