package history

import (
	"encoding/json"
	"fmt"
	"iter"

	"partyline/actors/ledger"
	"partyline/actors/rules/session/fact"
	"partyline/persistence"
	"partyline/protocol"
)

// voteBits is how many bits of a vote's id hold its number within its record: a record is one
// vote, or a chat log of at most protocol.MaxImport bytes, in which a vote takes 43 of them at
// least. The rest is exact as a number in JSON up to 17,000,000,000 records.
const voteBits = 19

// voteID is the id of the n-th vote of a record. Ids ascend with time and never change.
func voteID(p persistence.Position, n int) uint64 { return uint64(p)<<voteBits | uint64(n) }

// recordVotes are the votes of a record: one, the votes of a chat log, or none.
type recordVotes struct {
	rec   persistence.Record
	event []byte
	one   *fact.VoteCast
	log   *fact.ChatImported
	// voided is nil unless the record voids votes.
	voided *fact.VotesVoided
	games  map[protocol.GameID]protocol.EventGame // those of the event, once one was asked for
}

// readVotes reads the votes of a session's record.
func readVotes(rec persistence.Record) (v recordVotes, err error) {
	v.rec = rec
	b, event, err := ledger.SplitRecord(rec.Data)
	if err == nil {
		v.one, err = fact.ReadVote(b)
	}
	if err == nil && v.one == nil {
		v.log, err = fact.ReadChat(b)
	}
	if err == nil && v.one == nil && v.log == nil {
		v.voided, err = fact.ReadVoided(b)
	}
	v.event = event
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

// backward yields the same votes, the newest first.
func (v *recordVotes) backward() iter.Seq2[int, *fact.VoteCast] {
	if v.log != nil {
		return v.log.Backward()
	}
	return v.single
}

func (v *recordVotes) single(yield func(int, *fact.VoteCast) bool) {
	if v.one != nil {
		yield(0, v.one)
	}
}

// game is a game as the record's event has it: with the names of the time of the vote.
func (v *recordVotes) game(id protocol.GameID) (protocol.EventGame, error) {
	if v.games == nil {
		var event struct {
			Data struct {
				Game  protocol.EventGame   `json:"game"`
				Games []protocol.EventGame `json:"games"`
			} `json:"data"`
		}
		if err := json.Unmarshal(v.event, &event); err != nil {
			return protocol.EventGame{}, v.corrupt(err)
		}
		v.games = map[protocol.GameID]protocol.EventGame{event.Data.Game.ID: event.Data.Game}
		for _, g := range event.Data.Games {
			v.games[g.ID] = g
		}
	}
	return v.games[id], nil
}

func (v *recordVotes) corrupt(err error) error {
	return fmt.Errorf("%w: seq %d: %w", persistence.ErrCorrupt, v.rec.Seq, err)
}

// voteRecord is the row of the history for the n-th vote of a record.
func voteRecord(id protocol.SessionID, rec persistence.Record, n int, v *fact.VoteCast, g protocol.EventGame) protocol.VoteRecord {
	return protocol.VoteRecord{
		ID: voteID(rec.Position, n), SessionID: id, GameID: v.Game, Title: g.Title, PackName: g.PackName,
		Username: v.Username, VoteType: v.Type, Timestamp: v.Timestamp, CreatedAt: v.At,
	}
}
