package retention

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"partyline/actors/ledger"
	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/actors/rules/standings"
	"partyline/actors/sessions"
	"partyline/persistence"
	"partyline/protocol"
)

const (
	// trimStep and trimPause bound how fast the records of one session are deleted: a commit
	// waits for a thousand deletions at most, and a session of ten million votes has as many
	// chunks as it had commits.
	trimStep  = 50_000
	trimPause = time.Second
)

// fold does the steps for one session that are not done; worked is false when all were.
func (f *folder) fold(s standings.Closed) (worked bool, err error) {
	end, last, err := f.newestRecord(s.ID)
	if err != nil {
		return false, err
	}
	if _, deleted := last.(*fact.Deleted); deleted {
		return false, nil // the eraser removes the rest
	}
	if _, folded := last.(*fact.VotesFolded); !folded {
		if f.KeepVotes == 0 {
			return false, nil
		}
		return true, f.begin(s.ID, end)
	}
	return f.finish(s.ID, end.Seq, last.(*fact.VotesFolded))
}

// begin does all steps for a session whose newest record is end.
func (f *folder) begin(id protocol.SessionID, end persistence.Record) error {
	cmd := session.FoldVotes{
		ID: id, Keep: protocol.Timestamp(f.KeepVotes.Milliseconds()), Recorded: protocol.TimestampOf(end.Time), Present: f.clock.now(f.ctx), Votes: -1,
	}
	if !cmd.Old(f.Env.Clock.Read()) {
		return nil // something was recorded since: it is exported when it is old
	}
	if f.ExportTo != "" {
		var err error
		if cmd.Votes, err = f.exportSession(id); err != nil {
			return fmt.Errorf("export of session %d: %w", id, err)
		}
	}
	if err := f.decide(cmd); err != nil {
		return fmt.Errorf("session %d: %w", id, err)
	}
	end, last, err := f.newestRecord(id)
	if err != nil {
		return err
	}
	folded, ok := last.(*fact.VotesFolded)
	if !ok {
		return nil // deleted meanwhile
	}
	f.Env.Counters.FoldedSessions.Add(1)
	f.Env.Log.Info().Int64("session", int64(id)).Int64("votes", folded.Votes).Uint64("records", uint64(end.Seq-1)).Msg("single votes of an old session folded into its totals")
	_, err = f.finish(id, end.Seq, folded)
	return err
}

// newestRecord is the last record of a session, without its data, and its fact.
func (f *folder) newestRecord(id protocol.SessionID) (end persistence.Record, last fact.Fact, err error) {
	ctx, cancel := context.WithTimeout(f.ctx, ledger.ReadTimeout)
	defer cancel()
	for rec, err := range f.Env.Journal.ReadBack(ctx, sessions.Stream(id), 0) {
		if err != nil {
			return rec, nil, err
		}
		last, err = sessions.ReadFact(rec)
		rec.Data = nil
		return rec, last, err
	}
	return end, nil, fmt.Errorf("%w: session %d has no records", persistence.ErrCorrupt, id)
}

// finish does the steps after the commit of the fact with the number seq; worked is false when
// they were done before.
func (f *folder) finish(id protocol.SessionID, seq persistence.Seq, folded *fact.VotesFolded) (worked bool, err error) {
	want := foldedSnapshot(id, seq, folded)
	saved, err := f.hasSnapshot(want)
	if err != nil {
		return false, err
	}
	first, err := f.oldestRecord(id)
	if err != nil || saved && first == seq {
		return false, err
	}
	if !saved {
		if err := f.Env.SaveLastSnapshot(f.ctx, want); err != nil {
			return true, fmt.Errorf("snapshot of session %d: %w", id, err)
		}
	}
	for through := first + trimStep; ; through += trimStep {
		if err := f.Env.Journal.Trim(f.ctx, want.Stream, min(through, seq-1)); err != nil {
			return true, err
		}
		if through >= seq-1 {
			return true, nil
		}
		if err := f.pause(trimPause); err != nil {
			return true, err
		}
	}
}

// hasSnapshot says whether the session's snapshot on disk is that of its folded state.
func (f *folder) hasSnapshot(want persistence.Snapshot) (bool, error) {
	ctx, cancel := context.WithTimeout(f.ctx, ledger.ReadTimeout)
	defer cancel()
	s, ok, err := f.Env.Journal.LoadSnapshot(ctx, want.Stream)
	if err != nil && !errors.Is(err, persistence.ErrCorrupt) {
		return false, fmt.Errorf("load snapshot of %s: %w", want.Stream, err)
	}
	return err == nil && ok && s.Seq == want.Seq && s.Version == want.Version && bytes.Equal(s.Data, want.Data), nil
}

// oldestRecord is the sequence of the session's first record that is not trimmed.
func (f *folder) oldestRecord(id protocol.SessionID) (persistence.Seq, error) {
	ctx, cancel := context.WithTimeout(f.ctx, ledger.ReadTimeout)
	defer cancel()
	for rec, err := range f.Env.Journal.Read(ctx, sessions.Stream(id), 0) {
		if errors.Is(err, persistence.ErrCorrupt) {
			return 0, nil // it may go, too
		}
		return rec.Seq, err
	}
	return 0, nil
}

// foldedSnapshot is the snapshot of a session right after the fact.
func foldedSnapshot(id protocol.SessionID, seq persistence.Seq, folded *fact.VotesFolded) persistence.Snapshot {
	s := session.New(id)
	s.Apply(folded, protocol.Seq(seq))
	return persistence.Snapshot{Stream: sessions.Stream(id), Seq: seq, Version: session.SnapshotVersion, Data: s.AppendSnapshot(nil)}
}

// pause waits, unless the service ends.
func (f *folder) pause(d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-f.ctx.Done():
		return f.ctx.Err()
	}
}
