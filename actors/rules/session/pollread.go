package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// Poll is the newest poll, open or over, as of a moment; nil before the first.
func (s *State) Poll(now protocol.ClockReading) *protocol.Poll {
	p := s.poll
	if p == nil {
		return nil
	}
	r := &protocol.Poll{
		ID: s.pollID(), SessionID: s.id, Status: p.Status, StartedAt: p.Started, EndsAt: p.Ends, AutoAdd: p.AutoAdd,
		Candidates: make([]protocol.Candidate, len(p.Candidates)), Tie: p.Tie, Added: p.Added,
		Followed: p.Plays != nil && len(s.plays) > *p.Plays,
	}
	for i, c := range p.Candidates {
		g := &c.Game
		r.Candidates[i] = protocol.Candidate{Choice: i + 1, GameID: g.ID, Title: g.Title, PackName: g.PackName,
			MinPlayers: g.MinPlayers, MaxPlayers: g.MaxPlayers, Votes: c.Votes}
		r.TotalVotes += c.Votes
	}
	if p.Status != protocol.StatusOpen {
		ended := p.Ended
		r.EndedAt = &ended
	} else {
		r.RemainingMS = int64(max(0, s.pollEnd(now)-now.Monotonic))
	}
	if p.Choice > 0 {
		winner := r.Candidates[p.Choice-1]
		r.Winner = &winner
	}
	return r
}

// PollDeadline is the open poll and the monotonic time of its end; 0 when none is open.
func (s *State) PollDeadline(now protocol.ClockReading) (protocol.PollID, protocol.Timestamp) {
	if s.openPoll(0) == nil {
		return 0, 0
	}
	return s.pollID(), s.pollEnd(now)
}

// pollEnd is the monotonic time of the end of the poll, also before the first SetClock.
func (s *State) pollEnd(now protocol.ClockReading) protocol.Timestamp {
	if s.clock.anchored {
		return s.poll.until
	}
	return now.Monotonic + s.poll.left(now)
}

// pollChoiceOf is the vote of a guest's device in the open poll, nil for none.
func (s *State) pollChoiceOf(device protocol.DeviceID) *protocol.YourChoice {
	p := s.openPoll(0)
	if p == nil {
		return nil
	}
	choice := int(p.ballots.of(voterKey{device: device}).choice)
	if choice == 0 {
		return nil
	}
	return &protocol.YourChoice{PollID: s.pollID(), Choice: choice}
}

// publishPollVote appends the event of a poll vote: the tally with it.
func (s *State) publishPollVote(dst []byte, f *fact.PollVoted, seq protocol.Seq) []byte {
	var room [protocol.MaxCandidates]protocol.CandidateVotes
	t := protocol.PollTallied{SessionID: s.id, Poll: protocol.PollTotals{ID: f.Poll, Candidates: room[:0]}}
	for _, c := range s.poll.Candidates {
		t.Poll.Candidates = append(t.Poll.Candidates, protocol.CandidateVotes{GameID: c.Game.ID, Votes: c.Votes})
		t.Poll.TotalVotes += c.Votes
	}
	return protocol.AppendPollTallyEvent(dst, f.At, seq, &t)
}

// tallied returns the tally of the newest poll.
func (s *State) tallied() protocol.PollTotals {
	t := protocol.PollTotals{ID: s.pollID()}
	for _, c := range s.poll.Candidates {
		t.Candidates = append(t.Candidates, protocol.CandidateVotes{GameID: c.Game.ID, Votes: c.Votes})
		t.TotalVotes += c.Votes
	}
	return t
}
