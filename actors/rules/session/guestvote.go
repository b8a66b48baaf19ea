package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// decideGuestVote decides CastGuestVote: a vote for the game that is on now, by the hub's
// clock. Repeating the vote that counts already is neither a fact nor an error.
func (s *State) decideGuestVote(dst []fact.Fact, c *protocol.CastGuestVote, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if err := s.checkGeneration(c.Generation); err != nil {
		return dst, err
	}
	if err := s.checkVoided(guestOrigin{c.Device, c.Address, c.VoidCount}); err != nil {
		return dst, err
	}
	id, err := s.playForGuest(c.GameID)
	if err != nil {
		return dst, err
	}
	replaced, err := s.replacedVote(c, id, at)
	if err != nil || replaced == c.Vote {
		return dst, err
	}
	if err := s.checkVoteChanges(c.Device, id); err != nil {
		return dst, err
	}
	return append(dst, &fact.VoteCast{
		At: at, Timestamp: at, Play: id, Game: s.playByID(id).Game.ID, Type: c.Vote,
		Username: c.Username, Device: c.Device, Replaced: replaced, Address: s.devices.addressIfNew(c.Device, c.Address),
	}), nil
}

// checkVoteChanges refuses a device that has reached its number of votes for the play.
func (s *State) checkVoteChanges(device protocol.DeviceID, id protocol.PlayID) *protocol.Error {
	m := s.devices.vote(device, id)
	switch {
	case m == nil:
		return nil
	case s.join.Policy == protocol.PolicyEvery:
		return s.devices.checkChangeLimit(device, int(m.changes), protocol.MaxRepeatVotes, tooManyVotes)
	}
	return s.devices.checkChangeLimit(device, int(m.changes), protocol.MaxVoteChanges, tooManyChanges)
}

// playForGuest returns the play that is on; wanted is what the phone showed, 0 if it did not say.
func (s *State) playForGuest(wanted protocol.PlayID) (protocol.PlayID, *protocol.Error) {
	id := s.currentPlay()
	switch {
	case id == 0:
		return 0, protocol.Errorf(protocol.CodeConflict, "No game is being played right now")
	case wanted != 0 && wanted != id:
		return 0, protocol.Errorf(protocol.CodeConflict, "That game is over, another one is being played now").With("gameId", id)
	}
	return id, nil
}

// replacedVote returns the vote of the device that a new one replaces under the session's
// policy, empty for none. Names do not matter: two guests may both be Ann.
func (s *State) replacedVote(c *protocol.CastGuestVote, id protocol.PlayID, now protocol.Timestamp) (protocol.VoteType, *protocol.Error) {
	before := s.devices.vote(c.Device, id)
	switch s.join.Policy {
	case protocol.PolicyEvery:
		if s.devices.votedRecently(c.Device, now) {
			return "", duplicate()
		}
		return "", nil
	case protocol.PolicyOnce:
		if before != nil {
			return "", protocol.Errorf(protocol.CodeDuplicateVote, "This device has voted for this game already")
		}
		return "", nil
	default:
		if before == nil {
			return "", nil
		}
		return before.voteType(), nil
	}
}

// deviceVote returns the device's newest vote for a play, nil for none.
func (s *State) deviceVote(device protocol.DeviceID, id protocol.PlayID) *protocol.YourVote {
	m := s.devices.vote(device, id)
	if m == nil {
		return nil
	}
	return &protocol.YourVote{GameID: id, Vote: m.voteType(), Timestamp: m.at}
}

// guestVoteAnswer returns the answer to a guest's vote, which is for the play that is on.
func (s *State) guestVoteAnswer(c *protocol.CastGuestVote, facts []fact.Fact) any {
	id := s.currentPlay()
	yours := s.deviceVote(c.Device, id)
	cast := &fact.VoteCast{Play: id, Game: s.playByID(id).Game.ID, Timestamp: yours.Timestamp, Type: yours.Vote, Username: c.Username}
	if len(facts) > 0 {
		cast = facts[0].(*fact.VoteCast)
	}
	a := &protocol.GuestVoteAccepted{VoteAccepted: *s.accepted(cast), Counted: len(facts) > 0, Yours: *yours}
	switch {
	case !a.Counted:
		a.Message = "Your vote is unchanged"
	case cast.Replaced != "":
		a.Message = "Vote changed successfully"
	}
	return a
}
