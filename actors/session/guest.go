package session

import (
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// castGuest decides CastGuestVote: a thumb for what is being played now, by the hub's
// clock. A thumb that stands there already is no fact and no refusal.
func (h *State) castGuest(dst []fact.Fact, c *protocol.CastGuestVote, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if err := h.admit(c.Generation); err != nil {
		return dst, err
	}
	if err := h.barred(visitor{c.Device, c.Address, c.VoidCount}); err != nil {
		return dst, err
	}
	id, err := h.onStage(c.GameID)
	if err != nil {
		return dst, err
	}
	replaced, err := h.weigh(c, id, at)
	if err != nil || replaced == c.Vote {
		return dst, err
	}
	if err := h.mayVoteAgain(c.Device, id); err != nil {
		return dst, err
	}
	return append(dst, &fact.VoteCast{
		At: at, Timestamp: at, Play: id, Game: h.ever(id).Game.ID, Type: c.Vote,
		Username: c.Username, Device: c.Device, Replaced: replaced, Address: h.devices.introduce(c.Device, c.Address),
	}), nil
}

// mayVoteAgain refuses a device that has voted often enough for the playing.
func (h *State) mayVoteAgain(device protocol.DeviceID, id protocol.PlayID) *protocol.Error {
	m := h.devices.mark(device, id)
	switch {
	case m == nil:
		return nil
	case h.join.Policy == protocol.PolicyEvery:
		return h.devices.enough(device, int(m.changes), protocol.MaxRepeatVotes, pressedEnough)
	}
	return h.devices.enough(device, int(m.changes), protocol.MaxVoteChanges, changedEnough)
}

// onStage is what is being played; wanted is what the phone showed, 0 when it did not say.
func (h *State) onStage(wanted protocol.PlayID) (protocol.PlayID, *protocol.Error) {
	id := h.current()
	switch {
	case id == 0:
		return 0, protocol.Errorf(protocol.CodeConflict, "No game is being played right now")
	case wanted != 0 && wanted != id:
		return 0, protocol.Errorf(protocol.CodeConflict, "That game is over, another one is being played now").With("gameId", id)
	}
	return id, nil
}

// weigh holds a vote against the device's earlier ones, as the policy has it: the thumb
// that it takes back, empty for none. Names play no part: two guests may both be Ann.
func (h *State) weigh(c *protocol.CastGuestVote, id protocol.PlayID, now protocol.Timestamp) (protocol.VoteType, *protocol.Error) {
	before := h.devices.mark(c.Device, id)
	switch h.join.Policy {
	case protocol.PolicyEvery:
		if h.devices.near(c.Device, now) {
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
		return before.thumb(), nil
	}
}

// yours is the device's newest vote for a playing, nil when it has none.
func (h *State) yours(device protocol.DeviceID, id protocol.PlayID) *protocol.YourVote {
	m := h.devices.mark(device, id)
	if m == nil {
		return nil
	}
	return &protocol.YourVote{GameID: id, Vote: m.thumb(), Timestamp: m.at}
}

// guestAccepted is the answer to a guest's vote, which is for what is being played.
func (h *State) guestAccepted(c *protocol.CastGuestVote, facts []fact.Fact) any {
	id := h.current()
	yours := h.yours(c.Device, id)
	cast := &fact.VoteCast{Play: id, Game: h.ever(id).Game.ID, Timestamp: yours.Timestamp, Type: yours.Vote, Username: c.Username}
	if len(facts) > 0 {
		cast = facts[0].(*fact.VoteCast)
	}
	a := &protocol.GuestVoteAccepted{VoteAccepted: *h.accepted(cast), Counted: len(facts) > 0, Yours: *yours}
	switch {
	case !a.Counted:
		a.Message = "Your vote stands"
	case cast.Replaced != "":
		a.Message = "Vote changed successfully"
	}
	return a
}
