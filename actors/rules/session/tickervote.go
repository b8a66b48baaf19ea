package session

import (
	"encoding/binary"

	"github.com/dchest/siphash"

	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// A vote by ticker counts for the game of the catalogue that it names, whatever is being played,
// and has no play. The game's details come with the command, because a session does not know the
// catalogue; they are in the fact when the session did not know the game.

// validateTickerVote fills in the fact of a vote by ticker, or refuses the vote.
func (s *State) validateTickerVote(f *fact.VoteCast, c *protocol.CastVote, now protocol.ClockReading) *protocol.Error {
	if c.Game == nil {
		return protocol.UnknownTicker(c.Ticker)
	}
	ts := c.Timestamp.Timestamp()
	if s.hasTickerVoteNear(&s.voters, c.Username, c.Game.ID, ts, now) {
		return duplicate()
	}
	*f = fact.VoteCast{At: now.Wall, Timestamp: ts, Game: c.Game.ID, Type: c.Vote, Username: c.Username, Details: s.detailsIfNew(*c.Game)}
	return nil
}

// hasTickerVoteNear says whether v has a vote of the name for the game less than a
// duplicateWindow away: one by ticker, or one by the time while that game was on.
func (s *State) hasTickerVoteNear(v *voters, name string, game protocol.GameID, ts protocol.Timestamp, now protocol.ClockReading) bool {
	return v.near(v.hashFor(name, game), ts) || s.gameAt(ts, now) == game && v.near(v.hash(name), ts)
}

// gameAt returns the game that a vote by the time counts for, 0 for none.
func (s *State) gameAt(ts protocol.Timestamp, now protocol.ClockReading) protocol.GameID {
	id, err := s.playAt(ts, now)
	if err != nil {
		return 0
	}
	return s.playByID(id).Game.ID
}

// hashFor returns the hash of a name for its votes by ticker for one game: that of the folded
// name, a zero, which no name has, and the game.
func (v *voters) hashFor(name string, game protocol.GameID) nameHash {
	var room [fact.MaxFolded + 9]byte
	key := append(fact.Fold(room[:0], name), 0)
	return nameHash(siphash.Hash(v.key.K0, v.key.K1, binary.BigEndian.AppendUint64(key, uint64(game))))
}

// detailsIfNew returns what the fact of a vote by ticker says of the game: nothing when the
// session knows it.
func (s *State) detailsIfNew(g protocol.Game) *fact.PlayedGame {
	if _, known := s.tallyIndex[g.ID]; known {
		return nil
	}
	details := playedGame(g)
	return &details
}

// addTickerVote remembers a vote by ticker.
func (s *State) addTickerVote(name string, game protocol.GameID, ts protocol.Timestamp) {
	s.byTicker = true
	s.voters.add(s.voters.hashFor(name, game), ts)
}

// tallyOf returns the tally of the game of a vote, adding one for a game that comes with its
// details. It is nil when the fact tells of a play or game that the session never had.
func (s *State) tallyOf(play protocol.PlayID, game protocol.GameID, details *fact.PlayedGame) *tally {
	if play != 0 {
		p := s.playByID(play)
		if p == nil {
			return nil
		}
		return &s.tallies[p.tally]
	}
	if place, known := s.tallyIndex[game]; known {
		return &s.tallies[place]
	}
	if details == nil {
		return nil
	}
	t := &s.tallies[s.tallyFor(*details)]
	t.Title, t.PackName = details.Title, details.PackName
	return t
}

// titleOf returns the game of a vote with its names: those of the play, or as the session knows
// the game.
func (s *State) titleOf(f *fact.VoteCast, t *tally) protocol.EventGame {
	if p := s.playByID(f.Play); p != nil {
		return protocol.EventGame{ID: f.Game, Title: p.Game.Title, PackName: p.Game.PackName}
	}
	return protocol.EventGame{ID: f.Game, Title: t.Title, PackName: t.PackName}
}
