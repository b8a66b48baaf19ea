package actors

import (
	"context"
	"errors"
	"iter"

	"partyline/actors/sessions"
	"partyline/actors/voteindex"
	"partyline/persistence"
	"partyline/protocol"
)

// VotesVerified counts what VerifyVotes saw.
type VotesVerified = voteindex.Summary

// ErrNoVoteIndex: there is no index of the vote history that would be used; the hub builds one.
var ErrNoVoteIndex = voteindex.ErrUnusable

// VerifyVotes compares the index of the vote history with the journal of a stopped hub, and calls
// report with each fault. It changes nothing. Damage of the index loses no vote: the index is
// built again from the journal.
func VerifyVotes(ctx context.Context, j persistence.Journal, report func(string)) (VotesVerified, error) {
	return voteindex.Verify(ctx, j, j.Head(), idsOf(ctx, j), factsOf(j), report)
}

// idsOf yields the ids of all sessions.
func idsOf(ctx context.Context, j persistence.Journal) iter.Seq2[protocol.SessionID, error] {
	return func(yield func(protocol.SessionID, error) bool) {
		for stream, err := range j.Streams(ctx, sessions.StreamPrefix) {
			if id, ok := sessions.IDOf(stream); (ok || err != nil) && !yield(id, err) {
				return
			}
		}
	}
}

// DropVoteIndex removes the index of the vote history of a stopped hub.
func DropVoteIndex(ctx context.Context, j persistence.Journal) error {
	return j.DropTable(ctx, voteindex.Table)
}

// factsOf reads the facts of a session, when its first record is there.
func factsOf(j persistence.Journal) voteindex.Facts {
	return func(ctx context.Context, id protocol.SessionID) (iter.Seq2[voteindex.Applied, error], bool, error) {
		for rec, err := range j.Read(ctx, sessions.Stream(id), 0) {
			if errors.Is(err, persistence.ErrCorrupt) || err == nil && rec.Seq > 1 {
				return nil, false, nil
			}
			if err != nil {
				return nil, false, err
			}
			break
		}
		return func(yield func(voteindex.Applied, error) bool) {
			for rec, err := range j.Read(ctx, sessions.Stream(id), 0) {
				a := voteindex.Applied{Position: rec.Position}
				if err == nil {
					a.Fact, _ = sessions.ReadFact(rec)
				}
				if errors.Is(err, persistence.ErrCorrupt) {
					err = nil // the journal's own verification names it
				}
				if !yield(a, err) {
					return
				}
			}
		}, true, nil
	}
}
