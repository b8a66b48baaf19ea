package projection

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"partyline/actors/ledger"
	"partyline/actors/rules/standings"
	"partyline/persistence"
)

// deletedTotals stores the totals of deleted sessions a second time. The records of those
// sessions are gone, so their totals are only in the snapshot of the standings; when that cannot
// be read, everything else can be counted again.
type deletedTotals struct {
	ledger.Env
	until persistence.Position // deletions up to here are in what load has given
	saved []byte               // the newest copy
}

// deletedStream names the snapshot; there is no stream of that name.
const deletedStream = "deleted"

// load returns standings that hold the totals of deleted sessions and nothing else.
func (r *deletedTotals) load(ctx context.Context) (*standings.State, error) {
	h := standings.New()
	s, ok, err := r.Journal.LoadSnapshot(ctx, deletedStream)
	switch {
	case err != nil && !errors.Is(err, persistence.ErrCorrupt):
		return nil, fmt.Errorf("load snapshot of %s: %w", deletedStream, err)
	case err == nil && ok && s.Version != standings.SnapshotVersion:
		return nil, fmt.Errorf("standings: %w", &ledger.VersionError{Stream: deletedStream, Found: s.Version, Want: standings.SnapshotVersion})
	case err == nil && ok:
		err = h.Restore(s.Data)
	}
	if err != nil {
		r.Log.Error().Err(err).Msg("totals of deleted sessions unreadable, going on without them")
		return standings.New(), nil
	}
	r.until = persistence.Position(s.Seq)
	return h, nil
}

// saveBefore queues the totals, before a snapshot of the standings after which records of deleted
// sessions are erased.
func (r *deletedTotals) saveBefore(p persistence.Position, h *standings.State) {
	data := h.OnlyDeleted().AppendSnapshot(nil)
	if bytes.Equal(data, r.saved) {
		return
	}
	r.saved = data
	r.SaveSnapshot(persistence.Snapshot{Stream: deletedStream, Seq: persistence.Seq(p), Version: standings.SnapshotVersion, Data: data})
}
