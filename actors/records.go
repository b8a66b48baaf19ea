package actors

import (
	"encoding/json"
	"fmt"
	"iter"

	"partyline/actors/ledger"
	"partyline/actors/session/fact"
	"partyline/persistence"
	"partyline/protocol"
)

// voteBits is the room in the id of a vote for its number within its record: a record
// is one vote, or a chat log of at most protocol.MaxImport bytes, in which a vote takes
// 43 of them at least. JSON's numbers hold the rest up to 17,000,000,000 records.
const voteBits = 19

// voteID is ascending with time, and the same for ever.
func voteID(p persistence.Position, n int) uint64 { return uint64(p)<<voteBits | uint64(n) }

// recordVotes are the votes of a record: one, those of a chat log, or none.
type recordVotes struct {
	rec   persistence.Record
	event []byte
	one   *fact.VoteCast
	log   *fact.ChatImported
	// voided is what takes votes back, nil for anything else.
	voided *fact.VotesVoided
	games  map[protocol.GameID]protocol.EventGame // what the event calls them, once asked for
}

func votesIn(rec persistence.Record) (v recordVotes, err error) {
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
		return v, v.damaged(err)
	}
	return v, nil
}

// forward yields the votes with their numbers within the record, from 0, the oldest
// first; backward the newest first.
func (v *recordVotes) forward() iter.Seq2[int, *fact.VoteCast] {
	if v.log != nil {
		return v.log.Forward()
	}
	return v.single
}

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

// game is what the event calls a game: as of the votes.
func (v *recordVotes) game(id protocol.GameID) (protocol.EventGame, error) {
	if v.games == nil {
		var told struct {
			Data struct {
				Game  protocol.EventGame   `json:"game"`
				Games []protocol.EventGame `json:"games"`
			} `json:"data"`
		}
		if err := json.Unmarshal(v.event, &told); err != nil {
			return protocol.EventGame{}, v.damaged(err)
		}
		v.games = map[protocol.GameID]protocol.EventGame{told.Data.Game.ID: told.Data.Game}
		for _, g := range told.Data.Games {
			v.games[g.ID] = g
		}
	}
	return v.games[id], nil
}

func (v *recordVotes) damaged(err error) error {
	return fmt.Errorf("%w: seq %d: %w", persistence.ErrCorrupt, v.rec.Seq, err)
}

// voteRecord is a row of the history for the n-th vote of a record.
func voteRecord(id protocol.SessionID, rec persistence.Record, n int, v *fact.VoteCast, g protocol.EventGame) protocol.VoteRecord {
	return protocol.VoteRecord{
		ID: voteID(rec.Position, n), SessionID: id, GameID: v.Game, Title: g.Title, PackName: g.PackName,
		Username: v.Username, VoteType: v.Type, Timestamp: v.Timestamp, CreatedAt: v.At,
	}
}
