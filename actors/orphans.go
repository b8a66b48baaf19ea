package actors

import (
	"context"
	"errors"

	"partyline/persistence"
	"partyline/protocol"
)

// census looks at the streams of sessions that the standings do not list. They were
// deleted, and perhaps not erased yet; or their beginning is damaged: those must not
// look as if they had never been, and their ids must not be given again.
func (h *Hub) findOrphans(ctx context.Context) (deleted []protocol.SessionID, err error) {
	for name, err := range h.env.Journal.Streams(ctx, sessionPrefix) {
		if err != nil {
			return nil, err
		}
		id, ok := sessionOf(name)
		if !ok || h.directory.exists(id) {
			continue
		}
		h.directory.skipID(id)
		end, gone, _, err := lastRecord(ctx, h.env.Journal, name)
		switch {
		case err != nil && !errors.Is(err, persistence.ErrCorrupt):
			return nil, err
		case err == nil && gone:
			deleted = append(deleted, id)
		default:
			if err == nil {
				err = errOrphan
			}
			h.projection.corrupt.add(name, end.Seq, err)
			h.directory.update(id, true, false)
		}
	}
	return deleted, nil
}

// errNoBeginning: what opened the session is not in the standings.
var errOrphan = errors.New("the session's beginning cannot be read")

// skip keeps an id from being given again.
func (d *directory) skipID(id protocol.SessionID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last = max(d.last, id)
}
