package history

import (
	"context"
	"fmt"
	"iter"
	"time"

	"partyline/actors/ledger"
	"partyline/actors/rules/session"
	"partyline/actors/rules/session/fact"
	"partyline/actors/sessions"
	"partyline/actors/voteindex"
	"partyline/persistence"
	"partyline/protocol"
)

// exportQueueTimeout bounds the wait for other exports to end.
const exportQueueTimeout = 5 * time.Second

// SessionExport is the export of a session without its votes, which ExportVotes yields up to the
// export's Seq.
func (r *Reader) SessionExport(ctx context.Context, id protocol.SessionID) (*protocol.SessionExport, error) {
	q := &sessions.Query{Read: func(s *session.State, seq protocol.Seq) (any, *protocol.Error) {
		if !s.Exists() {
			return nil, protocol.NotFound("Session")
		}
		return s.Export(seq), nil
	}}
	e, err := ledger.AskQuery[*session.State, *protocol.SessionExport](ctx, r.options.Caller, q, func(q *sessions.Query) *protocol.Error { return r.options.Sessions.Send(id, q) })
	if err != nil {
		return nil, err
	}
	e.ExportedAt, e.Epoch = protocol.TimestampOf(r.options.Env.Now()), r.options.Env.Timeline().Epoch
	return e, r.options.Projection.AddPlayTotals(ctx, e.Games)
}

// ExportVotes yields the votes of a session in the order in which they arrived, up to the
// export's seq, including those that were replaced or voided; the votes of a chat log in the
// order of their times. It reads record after record from the journal, so its memory does not
// grow with their number. An error is the last that it yields; then the votes before it are not
// all.
func (r *Reader) ExportVotes(ctx context.Context, e *protocol.SessionExport) iter.Seq2[protocol.ExportedVote, error] {
	return func(yield func(protocol.ExportedVote, error) bool) {
		err := r.scanVotes(ctx, e, func(v protocol.ExportedVote) bool { return yield(v, nil) })
		if err != nil {
			yield(protocol.ExportedVote{}, ledger.ReadError(ledger.ToClient(err)))
		}
	}
}

// scanVotes calls yield with each vote until yield returns false. Records that are missing were
// trimmed, because the session was deleted meanwhile.
func (r *Reader) scanVotes(ctx context.Context, e *protocol.SessionExport, yield func(protocol.ExportedVote) bool) error {
	waiting, cancel := context.WithTimeout(ctx, exportQueueTimeout)
	release, err := r.exports.Acquire(waiting)
	cancel()
	if err != nil {
		return protocol.Overloaded()
	}
	defer release()
	if e.Session.VotesFoldedAt != nil {
		return nil // there are none any more, and the export says so
	}
	id, until, last := e.Session.ID, e.Seq, persistence.Seq(0)
	for rec, err := range r.options.Env.Journal.Read(ctx, sessions.Stream(id), 0) {
		if err != nil {
			return fmt.Errorf("votes of session %d: %w", id, err)
		}
		if rec.Seq != last+1 || protocol.Seq(rec.Seq) > until {
			break
		}
		last = rec.Seq
		votes, err := readVotes(rec)
		if err != nil {
			return err
		}
		for n, v := range votes.forward() {
			exported := exportedVote(rec, n, v)
			if _, exported.Voided = e.Voided[v.Device]; !yield(exported) {
				return nil
			}
		}
	}
	if protocol.Seq(last) < until {
		return protocol.NotFound("Session")
	}
	return nil
}

func exportedVote(rec persistence.Record, n int, v *fact.VoteCast) protocol.ExportedVote {
	exported := protocol.ExportedVote{
		ID: voteindex.VoteID(rec.Position, n), GameID: v.Game,
		Username: v.Username, VoteType: v.Type, Timestamp: v.Timestamp, CreatedAt: v.At, Replaced: v.Replaced,
	}
	if v.Play != 0 {
		exported.SessionGameID = &v.Play
	}
	return exported
}
