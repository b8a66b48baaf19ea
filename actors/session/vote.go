package session

import (
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// tolerance is protocol.FutureTolerance in the unit of timestamps.
const tolerance = protocol.Timestamp(protocol.FutureTolerance / 1e6)

// castVote decides CastVote.
func (h *State) castVote(dst []fact.Fact, c *protocol.CastVote, now protocol.ClockReading) ([]fact.Fact, *protocol.Error) {
	f := &fact.VoteCast{}
	if err := h.judge(f, c, now); err != nil {
		return dst, err
	}
	return append(dst, f), nil
}

// judge fills in the fact of a vote whose shape was checked, or refuses it.
func (h *State) judge(f *fact.VoteCast, c *protocol.CastVote, now protocol.ClockReading) *protocol.Error {
	if h.phase != phaseActive {
		// The sentence of the reference, which knows only one session: who names a
		// closed one learns the same as who names none.
		return protocol.Errorf(protocol.CodeNotFound, "No active session found")
	}
	ts := c.Timestamp.Timestamp()
	if ts > max(now.Wall, now.Monotonic)+tolerance {
		return protocol.Invalid("timestamp must not be more than %d seconds in the future", tolerance/1000)
	}
	id, err := h.match(ts, now)
	if err != nil {
		return err
	}
	if h.voters.near(c.Username, ts) {
		return duplicate()
	}
	*f = fact.VoteCast{At: now.Wall, Timestamp: ts, Play: id, Game: h.ever(id).Game.ID, Type: c.Vote, Username: c.Username}
	return nil
}

func duplicate() *protocol.Error {
	return &protocol.Error{Code: protocol.CodeDuplicateVote, Message: "Duplicate vote detected (within 1 second of previous vote)"}
}
