package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// poll is the newest poll of the session; earlier ones are in the log only. The fields are
// exported for the snapshot only.
type poll struct {
	// Number is which of the session's polls it is, from 1.
	Number  int                 `json:"number"`
	Status  protocol.PollStatus `json:"status"`
	Started protocol.Timestamp  `json:"started"`
	Ends    protocol.Timestamp  `json:"ends"`
	// until is the monotonic time of its end, see clockAnchor. It is not part of the state.
	until      protocol.Timestamp
	Ended      protocol.Timestamp `json:"ended,omitempty"`
	AutoAdd    bool               `json:"auto,omitempty"`
	Candidates []candidate        `json:"candidates"`
	// Choice is the winner's number, from 1; 0 for none.
	Choice int  `json:"choice,omitempty"`
	Tie    bool `json:"tie,omitempty"`
	Added  bool `json:"added,omitempty"`
	// Plays is how many plays there were at the end, nil while the poll is open.
	Plays *int `json:"plays,omitempty"`
	// ballots are dropped at the end: from then on the candidates' votes count.
	ballots ballots
}

type candidate struct {
	Game  fact.PlayedGame `json:"game"`
	Votes int64           `json:"votes,omitempty"`
}

// pollCount returns how many polls the session has had.
func (s *State) pollCount() int {
	if s.poll == nil {
		return 0
	}
	return s.poll.Number
}

// openPoll returns the open poll, nil for none. If an id is given it must be that poll's.
func (s *State) openPoll(id protocol.PollID) *poll {
	if s.poll == nil || s.poll.Status != protocol.StatusOpen || id != 0 && id != s.pollID() {
		return nil
	}
	return s.poll
}

// pollID returns the id of the newest poll.
func (s *State) pollID() protocol.PollID { return protocol.NewPollID(s.id, s.poll.Number) }

// anchorEnd computes the monotonic end of a poll that was loaded from the journal: after the
// rest of its time by the wall clock, at most all of it. p may be nil.
func (p *poll) anchorEnd(now protocol.ClockReading) {
	if p != nil {
		p.until = now.Monotonic + p.left(now)
	}
}

// left returns the rest of the poll's time by the wall clock, in milliseconds.
func (p *poll) left(now protocol.ClockReading) protocol.Timestamp {
	return max(0, min(p.Ends-now.Wall, p.Ends-p.Started))
}

// winner returns the game that has won, nil for none.
func (p *poll) winner() *fact.PlayedGame {
	if p == nil || p.Choice == 0 {
		return nil
	}
	return &p.Candidates[p.Choice-1].Game
}

// leaders returns the numbers of the candidates with the most votes, from 1: all of them if
// nobody has voted.
func (p *poll) leaders() (choices []int) {
	most := int64(0)
	for _, c := range p.Candidates {
		most = max(most, c.Votes)
	}
	for i, c := range p.Candidates {
		if c.Votes == most {
			choices = append(choices, i+1)
		}
	}
	return choices
}

// applyPollStarted applies PollStarted. Facts about a poll that the session does not have
// change nothing, here and below.
func (s *State) applyPollStarted(f *fact.PollStarted) {
	n := s.pollCount() + 1
	if f.Poll != protocol.NewPollID(s.id, n) {
		return
	}
	s.poll = &poll{Number: n, Status: protocol.StatusOpen, Started: f.At, Ends: f.Ends, AutoAdd: f.AutoAdd}
	s.poll.until = s.clock.now.Monotonic + f.Ends - f.At
	for _, g := range f.Candidates {
		s.poll.Candidates = append(s.poll.Candidates, candidate{Game: g})
	}
}

// applyPollVote applies PollVoted.
func (s *State) applyPollVote(f *fact.PollVoted) {
	p := s.openPoll(f.Poll)
	if p == nil || f.Choice > len(p.Candidates) {
		return
	}
	before := p.ballots.cast(voterKey{f.Device, f.Username}, f.Choice)
	if before > 0 {
		p.Candidates[before-1].Votes--
	}
	s.devices.addPollVote(f, before > 0)
	p.Candidates[f.Choice-1].Votes++
}

// applyPollEnded applies PollEnded.
func (s *State) applyPollEnded(f *fact.PollEnded) {
	p := s.openPoll(f.Poll)
	if p == nil || f.Choice > len(p.Candidates) {
		return
	}
	p.Status, p.Ended, p.Choice, p.Tie, p.ballots = protocol.StatusEnded, f.At, f.Choice, f.Tie, ballots{}
	n := len(s.plays)
	p.Plays = &n
	if f.Choice == 0 {
		p.Status = protocol.StatusCanceled
	}
}

// markWinnerAdded notes that the winner of the poll was added, if the game is the winner. It
// does not matter who has added it.
func (s *State) markWinnerAdded(id protocol.GameID) {
	if w := s.poll.winner(); w != nil && w.ID == id {
		s.poll.Added = true
	}
}
