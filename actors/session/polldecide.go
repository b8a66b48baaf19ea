package session

import (
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// startPoll decides StartPoll.
func (h *State) startPoll(dst []fact.Fact, c protocol.StartPoll, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	n := h.polls() + 1
	switch {
	case h.phase != phaseActive:
		return dst, protocol.Errorf(protocol.CodeSessionClosed, "Cannot start a poll in a closed session")
	case h.openPoll(0) != nil:
		return dst, protocol.Errorf(protocol.CodeConflict, "A poll is open already")
	case len(c.Candidates) < protocol.MinCandidates:
		return dst, protocol.NotFound("Game") // the hub looks them up
	case n >= protocol.MaxPolls:
		return dst, protocol.Invalid("A session has at most %d polls", protocol.MaxPolls-1)
	}
	f := &fact.PollStarted{At: at, Poll: protocol.NewPollID(h.id, n), Ends: at + length(c.Seconds), AutoAdd: c.AutoAdd}
	for _, g := range c.Candidates {
		f.Candidates = append(f.Candidates, playedGame(g))
	}
	return append(dst, f), nil
}

// length is how long a poll lasts, in milliseconds.
func length(seconds *int) protocol.Timestamp {
	if seconds == nil {
		return protocol.DefaultPollSeconds * 1000
	}
	return protocol.Timestamp(*seconds) * 1000
}

// votePoll decides CastPollVote. What counts is when the vote is decided, not what the
// voter's clock says: until the end, and not a millisecond longer.
func (h *State) votePoll(dst []fact.Fact, c *protocol.CastPollVote, now protocol.ClockReading) ([]fact.Fact, *protocol.Error) {
	if c.Device != 0 {
		if err := h.admit(c.Generation); err != nil {
			return dst, err
		}
		if err := h.barred(visitor{c.Device, c.Address, c.VoidCount}); err != nil {
			return dst, err
		}
	}
	p, err := h.votable(c.PollID, now)
	if err != nil {
		return dst, err
	}
	if c.Choice > len(p.Candidates) {
		return dst, protocol.Invalid("choice must be between 1 and %d", len(p.Candidates))
	}
	cast := p.ballots.of(elector{c.Device, c.Username})
	before := int(cast.choice)
	switch {
	case before == c.Choice:
		return dst, nil
	case before != 0 && c.Device != 0:
		if err := h.devices.enough(c.Device, int(cast.changes), protocol.MaxVoteChanges, changedEnough); err != nil {
			return dst, err
		}
	case before == 0 && p.ballots.len() >= protocol.MaxPollVoters:
		return dst, protocol.Errorf(protocol.CodeConflict, "%d have voted, that is as many as a poll can hold", protocol.MaxPollVoters)
	}
	return append(dst, &fact.PollVoted{At: now.Wall, Poll: h.pollID(), Choice: c.Choice, Before: before, Device: c.Device, Username: c.Username,
		Address: h.devices.introduce(c.Device, c.Address)}), nil
}

// votable is the poll that takes votes at that moment. It lasts as long as it was to last,
// whatever the clock is set to meanwhile.
func (h *State) votable(id protocol.PollID, now protocol.ClockReading) (*poll, *protocol.Error) {
	if h.poll == nil {
		return nil, noPoll()
	}
	p := h.openPoll(id)
	if p == nil || now.Monotonic >= p.until {
		return nil, protocol.Errorf(protocol.CodeConflict, "The poll is over")
	}
	return p, nil
}

// endPoll decides EndPoll. The countdown's word is taken for it that the time is over.
func (h *State) endPoll(dst []fact.Fact, c protocol.EndPoll, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p := h.openPoll(c.PollID)
	if p == nil {
		return dst, noPoll()
	}
	leaders := p.leaders()
	drawn := leaders[min(int(c.TieBreak*float64(len(leaders))), len(leaders)-1)]
	dst = append(dst, &fact.PollEnded{At: at, Poll: h.pollID(), Choice: drawn, Tie: len(leaders) > 1})
	if p.AutoAdd {
		// A session that is full of games ends its polls all the same.
		dst, _ = h.begins(dst, &fact.GameAdded{Game: p.Candidates[drawn-1].Game}, at)
	}
	return dst, nil
}

// cancelPoll decides CancelPoll.
func (h *State) cancelPoll(dst []fact.Fact, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if h.openPoll(0) == nil {
		return dst, noPoll()
	}
	return h.dropPoll(dst, at), nil
}

// dropPoll appends the fact that the open poll is canceled, if there is one.
func (h *State) dropPoll(dst []fact.Fact, at protocol.Timestamp) []fact.Fact {
	if h.openPoll(0) != nil {
		dst = append(dst, &fact.PollEnded{At: at, Poll: h.pollID()})
	}
	return dst
}

// addWinner decides AddPollWinner.
func (h *State) addWinner(dst []fact.Fact, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	switch {
	case h.phase != phaseActive:
		return dst, closedToGames()
	case h.poll == nil:
		return dst, protocol.NotFound("Poll")
	case h.openPoll(0) != nil:
		return dst, protocol.Errorf(protocol.CodeConflict, "The poll is still open")
	case h.poll.winner() == nil:
		return dst, protocol.Errorf(protocol.CodeConflict, "The poll was canceled")
	case h.poll.Added:
		return dst, protocol.Errorf(protocol.CodeConflict, "The winner was added already")
	}
	return h.begins(dst, &fact.GameAdded{Game: *h.poll.winner()}, at)
}

func noPoll() *protocol.Error { return protocol.Errorf(protocol.CodeConflict, "No poll is open") }
