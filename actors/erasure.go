package actors

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/runtime"
	"partyline/actors/session"
	"partyline/actors/session/fact"
	"partyline/actors/standings"
	"partyline/persistence"
	"partyline/protocol"
)

// eraser lets the records of deleted sessions go: the names of voters are personal
// data. Only the last record stays, which says that the session was deleted.
//
// What the totals have of a session is nowhere else once its records are gone. So
// they go after a snapshot of the standings that is on disk and has read them. Killed
// at any moment, it begins again at the next start.
type eraser struct {
	ledger.Env
	// want has the standings written as a snapshot soon.
	requestCheckpoint func()
	pending           map[protocol.SessionID]tombstone
}

// remains are the stream of a deleted session.
type tombstone struct {
	last     persistence.Seq
	position persistence.Position // of the last record
}

// erase asks to clean up after sessions that have ended; those that were not deleted
// are left alone.
type eraseRequest struct{ ids []protocol.SessionID }

// keepStandings asks for a snapshot of the standings.
type checkpoint struct{}

func newEraser(e ledger.Env, want func()) *eraser {
	return &eraser{Env: e, requestCheckpoint: want, pending: map[protocol.SessionID]tombstone{}}
}

// Receive implements actor.Actor.
func (e *eraser) Receive(c actor.Context) {
	ctx, cancel := context.WithTimeout(context.Background(), ledger.ReadTimeout)
	defer cancel()
	switch m := c.Message().(type) {
	case *eraseRequest:
		for _, id := range m.ids {
			e.logError(id, e.inspect(ctx, id))
		}
	case runtime.Tick:
		if len(e.pending) > 0 {
			e.eraseDue(ctx)
		}
	}
}

func (e *eraser) logError(id protocol.SessionID, err error) {
	if err != nil {
		e.Log.Error().Err(err).Int64("session", int64(id)).Msg("records of a deleted session not trimmed")
	}
}

// enter takes the session up when it is deleted and not erased yet.
func (e *eraser) inspect(ctx context.Context, id protocol.SessionID) error {
	end, deleted, more, err := lastRecord(ctx, e.Journal, streamOf(id))
	if err != nil || !deleted {
		return err
	}
	r := tombstone{end.Seq, end.Position}
	empty, err := e.hasEmptySnapshot(ctx, id, r)
	if err != nil {
		return err
	}
	if more || !empty {
		e.pending[id] = r
	}
	return nil
}

// sweep does as much as is allowed now. What cannot be done is tried at the next one.
func (e *eraser) eraseDue(ctx context.Context) {
	passed, err := e.checkpointed(ctx)
	if err != nil {
		e.Log.Error().Err(err).Msg("records of deleted sessions not trimmed")
		return
	}
	behind := false
	for id, r := range e.pending {
		if r.position > passed {
			behind = true
			continue
		}
		done, err := e.erase(ctx, id, r)
		e.logError(id, err)
		if done {
			delete(e.pending, id)
		}
	}
	if behind {
		e.requestCheckpoint()
	}
}

// passed is up to where the newest snapshot of the standings has read the journal.
func (e *eraser) checkpointed(ctx context.Context) (persistence.Position, error) {
	s, ok, err := e.Journal.LoadSnapshot(ctx, standingsStream)
	if errors.Is(err, persistence.ErrCorrupt) || err == nil && (!ok || s.Version != standings.SnapshotVersion) {
		return 0, nil // a new one is asked for
	}
	if err != nil {
		return 0, fmt.Errorf("load snapshot of %s: %w", standingsStream, err)
	}
	return persistence.Position(s.Seq), nil
}

// erase puts an empty snapshot in place of the session's own, behind those that may
// wait to be written, and trims the stream when it is there.
func (e *eraser) erase(ctx context.Context, id protocol.SessionID, r tombstone) (done bool, err error) {
	empty, err := e.hasEmptySnapshot(ctx, id, r)
	if err != nil {
		return false, err
	}
	if !empty {
		e.SaveSnapshot(emptySnapshot(id, r.last))
		return false, nil
	}
	if err := e.Journal.Trim(ctx, streamOf(id), r.last-1); err != nil {
		return false, fmt.Errorf("trim %s: %w", streamOf(id), err)
	}
	return true, nil
}

// emptied is whether the session's snapshot holds nothing of it any more.
func (e *eraser) hasEmptySnapshot(ctx context.Context, id protocol.SessionID, r tombstone) (bool, error) {
	s, ok, err := e.Journal.LoadSnapshot(ctx, streamOf(id))
	if err != nil && !errors.Is(err, persistence.ErrCorrupt) {
		return false, fmt.Errorf("load snapshot of %s: %w", streamOf(id), err)
	}
	want := emptySnapshot(id, r.last)
	return err == nil && ok && s.Seq == want.Seq && s.Version == want.Version && bytes.Equal(s.Data, want.Data), nil
}

// emptySnapshot is that of a deleted session, which has forgotten everything.
func emptySnapshot(id protocol.SessionID, last persistence.Seq) persistence.Snapshot {
	h := session.New(id)
	h.Apply(new(fact.Deleted), protocol.Seq(last))
	return persistence.Snapshot{Stream: streamOf(id), Seq: last, Version: session.SnapshotVersion, Data: h.AppendSnapshot(nil)}
}

// lastRecord finds the end of a session's stream: whether the session is deleted, and
// whether there are more records.
func lastRecord(ctx context.Context, j persistence.Journal, stream string) (end persistence.Record, deleted, more bool, err error) {
	for rec, err := range j.ReadBack(ctx, stream, 0) {
		if end.Seq > 0 {
			return end, deleted, true, nil // also when it is damaged: it may go
		}
		if err != nil {
			return end, false, false, err
		}
		f, err := factOf(rec)
		if err != nil {
			return end, false, false, err
		}
		_, deleted = f.(*fact.Deleted)
		end = rec
		end.Data = nil
	}
	return end, deleted, false, nil
}
