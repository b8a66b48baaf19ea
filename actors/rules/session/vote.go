package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// futureTolerance is protocol.FutureTolerance in the unit of timestamps.
const futureTolerance = protocol.Timestamp(protocol.FutureTolerance / 1e6)

// decideVote decides CastVote.
func (s *State) decideVote(dst []fact.Fact, c *protocol.CastVote, now protocol.ClockReading) ([]fact.Fact, *protocol.Error) {
	f := &fact.VoteCast{}
	if err := s.validateVote(f, c, now); err != nil {
		return dst, err
	}
	return append(dst, f), nil
}

// validateVote fills in the fact of a vote, or refuses the vote.
func (s *State) validateVote(f *fact.VoteCast, c *protocol.CastVote, now protocol.ClockReading) *protocol.Error {
	if s.phase != phaseActive {
		// The reference program, which knows only one session, answers with this sentence: a
		// closed session is answered like none.
		return protocol.Errorf(protocol.CodeNotFound, "No active session found")
	}
	ts := c.Timestamp.Timestamp()
	if ts > max(now.Wall, now.Monotonic)+futureTolerance {
		return protocol.Invalid("timestamp must not be more than %d seconds in the future", futureTolerance/1000)
	}
	if c.Ticker != "" {
		return s.validateTickerVote(f, c, now)
	}
	id, err := s.playAt(ts, now)
	if err != nil {
		return err
	}
	game := s.playByID(id).Game.ID
	if s.voters.near(s.voters.hash(c.Username), ts) || s.byTicker && s.voters.near(s.voters.hashFor(c.Username, game), ts) {
		return duplicate()
	}
	*f = fact.VoteCast{At: now.Wall, Timestamp: ts, Play: id, Game: game, Type: c.Vote, Username: c.Username}
	return nil
}

func duplicate() *protocol.Error {
	return &protocol.Error{Code: protocol.CodeDuplicateVote, Message: "Duplicate vote detected (within 1 second of previous vote)"}
}
