package history

import (
	"fmt"
	"iter"

	"partyline/actors/ledger"
	"partyline/actors/rules/session/fact"
	"partyline/persistence"
)

// recordVotes are the votes of a record: one, the votes of a chat log, or none.
type recordVotes struct {
	rec persistence.Record
	one *fact.VoteCast
	log *fact.ChatImported
}

// readVotes reads the votes of a session's record.
func readVotes(rec persistence.Record) (v recordVotes, err error) {
	v.rec = rec
	b, _, err := ledger.SplitRecord(rec.Data)
	if err == nil {
		v.one, err = fact.ReadVote(b)
	}
	if err == nil && v.one == nil {
		v.log, err = fact.ReadChat(b)
	}
	if err != nil {
		return v, v.corrupt(err)
	}
	return v, nil
}

// forward yields the votes with their numbers within the record, from 0, the oldest first.
func (v *recordVotes) forward() iter.Seq2[int, *fact.VoteCast] {
	if v.log != nil {
		return v.log.Forward()
	}
	return v.single
}

func (v *recordVotes) single(yield func(int, *fact.VoteCast) bool) {
	if v.one != nil {
		yield(0, v.one)
	}
}

func (v *recordVotes) corrupt(err error) error {
	return fmt.Errorf("%w: seq %d: %w", persistence.ErrCorrupt, v.rec.Seq, err)
}
