package sessions

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/ledger"
	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/actors/runtime"
	"partyline/persistence"
	"partyline/protocol"
)

// eraser erases the records of deleted sessions: the names of voters are personal data. Only
// the last record of a stream stays, which says that the session was deleted.
//
// Once the records are gone, the session's share of the totals is nowhere but in the standings'
// snapshot. So a stream is erased only after a snapshot on disk has read it. Killed at any
// moment, the eraser begins again at the next start.
type eraser struct {
	ledger.Env
	checkpointed      func(context.Context) (persistence.Position, error)
	requestCheckpoint func()
	pending           map[protocol.SessionID]tombstone
}

// tombstone is the last record of a deleted session.
type tombstone struct {
	seq      persistence.Seq
	position persistence.Position
}

// eraseRequest asks to erase sessions that have ended; those that were not deleted are left
// alone.
type eraseRequest struct{ ids []protocol.SessionID }

func newEraser(e ledger.Env, checkpointed func(context.Context) (persistence.Position, error), requestCheckpoint func()) *eraser {
	return &eraser{Env: e, checkpointed: checkpointed, requestCheckpoint: requestCheckpoint, pending: map[protocol.SessionID]tombstone{}}
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

// inspect adds a session to the pending ones if it is deleted and not erased yet.
func (e *eraser) inspect(ctx context.Context, id protocol.SessionID) error {
	end, deleted, more, err := lastRecord(ctx, e.Journal, Stream(id))
	if err != nil || !deleted {
		return err
	}
	t := tombstone{end.Seq, end.Position}
	empty, err := e.hasEmptySnapshot(ctx, id, t)
	if err != nil {
		return err
	}
	if more || !empty {
		e.pending[id] = t
	}
	return nil
}

// eraseDue erases the pending sessions that a snapshot of the standings has read. What fails is
// tried again at the next tick.
func (e *eraser) eraseDue(ctx context.Context) {
	checkpointed, err := e.checkpointed(ctx)
	if err != nil {
		e.Log.Error().Err(err).Msg("records of deleted sessions not trimmed")
		return
	}
	early := false
	for id, t := range e.pending {
		if t.position > checkpointed {
			early = true
			continue
		}
		done, err := e.erase(ctx, id, t)
		e.logError(id, err)
		if done {
			delete(e.pending, id)
		}
	}
	if early {
		e.requestCheckpoint()
	}
}

// erase replaces the session's snapshot by an empty one, behind those that may still wait to be
// written, and trims the stream when the empty one is on disk.
func (e *eraser) erase(ctx context.Context, id protocol.SessionID, t tombstone) (done bool, err error) {
	empty, err := e.hasEmptySnapshot(ctx, id, t)
	if err != nil {
		return false, err
	}
	if !empty {
		e.SaveSnapshot(emptySnapshot(id, t.seq))
		return false, nil
	}
	if err := e.Journal.Trim(ctx, Stream(id), t.seq-1); err != nil {
		return false, fmt.Errorf("trim %s: %w", Stream(id), err)
	}
	return true, nil
}

// hasEmptySnapshot says whether the session's snapshot on disk is the empty one.
func (e *eraser) hasEmptySnapshot(ctx context.Context, id protocol.SessionID, t tombstone) (bool, error) {
	s, ok, err := e.Journal.LoadSnapshot(ctx, Stream(id))
	if err != nil && !errors.Is(err, persistence.ErrCorrupt) {
		return false, fmt.Errorf("load snapshot of %s: %w", Stream(id), err)
	}
	want := emptySnapshot(id, t.seq)
	return err == nil && ok && s.Seq == want.Seq && s.Version == want.Version && bytes.Equal(s.Data, want.Data), nil
}

// emptySnapshot is the snapshot of a deleted session, whose state is empty.
func emptySnapshot(id protocol.SessionID, last persistence.Seq) persistence.Snapshot {
	h := session.New(id)
	h.Apply(new(fact.Deleted), protocol.Seq(last))
	return persistence.Snapshot{Stream: Stream(id), Seq: last, Version: session.SnapshotVersion, Data: h.AppendSnapshot(nil)}
}
