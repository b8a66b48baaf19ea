package actors

import (
	"context"
	"fmt"
	"iter"
	"time"

	"partyline/actors/ledger"
	"partyline/actors/session"
	"partyline/actors/session/fact"
	"partyline/actors/sessions"
	"partyline/persistence"
	"partyline/protocol"
)

const (
	// maxExports is how many sessions are read out at one time: each may take minutes,
	// when whoever asks for it is slow.
	maxExports = 4
	// exportPatience bounds the wait for a place among them.
	exportQueueTimeout = 5 * time.Second
)

// SessionExport is a session for a file, all but its votes: ExportVotes has those up to
// its Seq.
func (h *Hub) SessionExport(ctx context.Context, id protocol.SessionID) (*protocol.SessionExport, error) {
	q := &sessions.Query{Read: func(s *session.State, seq protocol.Seq) (any, *protocol.Error) {
		if !s.Exists() {
			return nil, protocol.NotFound("Session")
		}
		return s.Export(seq), nil
	}}
	e, err := ledger.AskQuery[*session.State, *protocol.SessionExport](ctx, &h.caller, q, func(q *sessions.Query) *protocol.Error { return h.sessions.Send(id, q) })
	if err != nil {
		return nil, err
	}
	e.ExportedAt, e.Epoch = protocol.TimestampOf(h.env.Now()), h.env.Timeline().Epoch
	return e, h.addPlayTotals(ctx, e.Games)
}

// ExportVotes yields the votes of a session in the order in which they arrived, those too
// that were taken back, up to the export's seq; those of a chat log in the order
// of their times. It reads record after record from the journal: what it needs in memory
// does not depend on how many there are. An error is the last that it yields; then what
// came before is not all.
func (h *Hub) ExportVotes(ctx context.Context, e *protocol.SessionExport) iter.Seq2[protocol.ExportedVote, error] {
	return func(yield func(protocol.ExportedVote, error) bool) {
		err := h.scanVotes(ctx, e, func(v protocol.ExportedVote) bool { return yield(v, nil) })
		if err != nil {
			yield(protocol.ExportedVote{}, ledger.ReadError(ledger.ToClient(err)))
		}
	}
}

// readVotes ends without an error when want says that it is enough. Records that are
// missing were trimmed, because the session was deleted meanwhile.
func (h *Hub) scanVotes(ctx context.Context, e *protocol.SessionExport, want func(protocol.ExportedVote) bool) error {
	waiting, cancel := context.WithTimeout(ctx, exportQueueTimeout)
	leave, err := h.exports.Acquire(waiting)
	cancel()
	if err != nil {
		return protocol.Overloaded()
	}
	defer leave()
	id, until, last := e.Session.ID, e.Seq, persistence.Seq(0)
	for rec, err := range h.env.Journal.Read(ctx, sessions.Stream(id), 0) {
		if err != nil {
			return fmt.Errorf("votes of session %d: %w", id, err)
		}
		if rec.Seq != last+1 || protocol.Seq(rec.Seq) > until {
			break
		}
		last = rec.Seq
		votes, err := votesIn(rec)
		if err != nil {
			return err
		}
		for n, v := range votes.forward() {
			told := exportedVote(rec, n, v)
			if _, told.Voided = e.Voided[v.Device]; !want(told) {
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
	return protocol.ExportedVote{
		ID: voteID(rec.Position, n), SessionGameID: v.Play, GameID: v.Game,
		Username: v.Username, VoteType: v.Type, Timestamp: v.Timestamp, CreatedAt: v.At, Replaced: v.Replaced,
	}
}
