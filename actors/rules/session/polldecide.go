package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// decideStartPoll decides StartPoll.
func (s *State) decideStartPoll(dst []fact.Fact, c protocol.StartPoll, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	n := s.pollCount() + 1
	switch {
	case s.phase != phaseActive:
		return dst, protocol.Errorf(protocol.CodeSessionClosed, "Cannot start a poll in a closed session")
	case s.openPoll(0) != nil:
		return dst, protocol.Errorf(protocol.CodeConflict, "A poll is already open")
	case len(c.Candidates) < protocol.MinCandidates:
		return dst, protocol.NotFound("Game") // the hub fills them in
	case n >= protocol.MaxPolls:
		return dst, protocol.Invalid("A session has at most %d polls", protocol.MaxPolls-1)
	}
	f := &fact.PollStarted{At: at, Poll: protocol.NewPollID(s.id, n), Ends: at + pollDuration(c.Seconds), AutoAdd: c.AutoAdd}
	for _, g := range c.Candidates {
		f.Candidates = append(f.Candidates, playedGame(g))
	}
	return append(dst, f), nil
}

// pollDuration returns how long a poll lasts, in milliseconds.
func pollDuration(seconds *int) protocol.Timestamp {
	if seconds == nil {
		return protocol.DefaultPollSeconds * 1000
	}
	return protocol.Timestamp(*seconds) * 1000
}

// decidePollVote decides CastPollVote. The time of the decision counts, not the voter's clock:
// votes are accepted until the end and not a millisecond longer.
func (s *State) decidePollVote(dst []fact.Fact, c *protocol.CastPollVote, now protocol.ClockReading) ([]fact.Fact, *protocol.Error) {
	if c.Device != 0 {
		if err := s.checkGeneration(c.Generation); err != nil {
			return dst, err
		}
		if err := s.checkVoided(guestOrigin{c.Device, c.Address, c.VoidCount}); err != nil {
			return dst, err
		}
	}
	p, err := s.pollForVote(c.PollID, now)
	if err != nil {
		return dst, err
	}
	if c.Choice > len(p.Candidates) {
		return dst, protocol.Invalid("choice must be between 1 and %d", len(p.Candidates))
	}
	cast := p.ballots.of(voterKey{c.Device, c.Username})
	before := int(cast.choice)
	switch {
	case before == c.Choice:
		return dst, nil
	case before != 0 && c.Device != 0:
		if err := s.devices.checkChangeLimit(c.Device, int(cast.changes), protocol.MaxVoteChanges, tooManyChanges); err != nil {
			return dst, err
		}
	case before == 0 && p.ballots.len() >= protocol.MaxPollVoters:
		return dst, protocol.Errorf(protocol.CodeConflict, "A poll can have at most %d voters", protocol.MaxPollVoters)
	}
	return append(dst, &fact.PollVoted{At: now.Wall, Poll: s.pollID(), Choice: c.Choice, Before: before, Device: c.Device, Username: c.Username,
		Address: s.devices.addressIfNew(c.Device, c.Address)}), nil
}

// pollForVote returns the poll that accepts votes now. It lasts as long as it was started for,
// whatever the wall clock is set to meanwhile.
func (s *State) pollForVote(id protocol.PollID, now protocol.ClockReading) (*poll, *protocol.Error) {
	if s.poll == nil {
		return nil, noPoll()
	}
	p := s.openPoll(id)
	if p == nil || now.Monotonic >= p.until {
		return nil, protocol.Errorf(protocol.CodeConflict, "The poll is over")
	}
	return p, nil
}

// decideEndPoll decides EndPoll, before the poll's time is over too.
func (s *State) decideEndPoll(dst []fact.Fact, c protocol.EndPoll, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	p := s.openPoll(c.PollID)
	if p == nil {
		return dst, noPoll()
	}
	leaders := p.leaders()
	drawn := leaders[min(int(c.TieBreak*float64(len(leaders))), len(leaders)-1)]
	dst = append(dst, &fact.PollEnded{At: at, Poll: s.pollID(), Choice: drawn, Tie: len(leaders) > 1})
	if p.AutoAdd {
		// A session that is full of games ends its polls all the same.
		dst, _ = s.startPlay(dst, &fact.GameAdded{Game: p.Candidates[drawn-1].Game}, at)
	}
	return dst, nil
}

// decideCancelPoll decides CancelPoll.
func (s *State) decideCancelPoll(dst []fact.Fact, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	if s.openPoll(0) == nil {
		return dst, noPoll()
	}
	return s.cancelOpenPoll(dst, at), nil
}

// cancelOpenPoll appends the fact that the open poll is canceled, if there is one.
func (s *State) cancelOpenPoll(dst []fact.Fact, at protocol.Timestamp) []fact.Fact {
	if s.openPoll(0) != nil {
		dst = append(dst, &fact.PollEnded{At: at, Poll: s.pollID()})
	}
	return dst
}

// decideAddWinner decides AddPollWinner.
func (s *State) decideAddWinner(dst []fact.Fact, at protocol.Timestamp) ([]fact.Fact, *protocol.Error) {
	switch {
	case s.phase != phaseActive:
		return dst, closedToGames()
	case s.poll == nil:
		return dst, protocol.NotFound("Poll")
	case s.openPoll(0) != nil:
		return dst, protocol.Errorf(protocol.CodeConflict, "The poll is still open")
	case s.poll.winner() == nil:
		return dst, protocol.Errorf(protocol.CodeConflict, "The poll was canceled")
	case s.poll.Added:
		return dst, protocol.Errorf(protocol.CodeConflict, "The winner was already added")
	}
	return s.startPlay(dst, &fact.GameAdded{Game: *s.poll.winner()}, at)
}

func noPoll() *protocol.Error { return protocol.Errorf(protocol.CodeConflict, "No poll is open") }
