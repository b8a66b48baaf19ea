package sessions

import (
	"context"
	"errors"

	"partyline/persistence"
	"partyline/protocol"
)

// errOrphan is for a session that is not deleted and that the standings do not know.
var errOrphan = errors.New("the session's beginning cannot be read")

// findOrphans looks at the streams of sessions that the standings do not list. Such a session
// was deleted, and perhaps not erased yet; or its beginning is damaged: then onCorrupt is
// called, and the session stays in the directory. Their ids are not given again.
func (s *Service) findOrphans(ctx context.Context, onCorrupt func(protocol.SessionID, persistence.Seq, error)) (deleted []protocol.SessionID, err error) {
	for name, err := range s.Env.Journal.Streams(ctx, StreamPrefix) {
		if err != nil {
			return nil, err
		}
		id, ok := IDOf(name)
		if !ok || s.directory.exists(id) {
			continue
		}
		s.directory.skipID(id)
		end, gone, _, err := lastRecord(ctx, s.Env.Journal, name)
		switch {
		case err != nil && !errors.Is(err, persistence.ErrCorrupt):
			return nil, err
		case err == nil && gone:
			deleted = append(deleted, id)
		default:
			if err == nil {
				err = errOrphan
			}
			onCorrupt(id, end.Seq, err)
			s.directory.update(id, true, false)
		}
	}
	return deleted, nil
}
