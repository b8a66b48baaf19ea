package session

import (
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// poll is the newest poll of the session; those before it are in the log only. The
// fields are exported for the snapshot alone.
type poll struct {
	// Number counts the session's polls: it is the n-th.
	Number  int                 `json:"number"`
	Status  protocol.PollStatus `json:"status"`
	Started protocol.Timestamp  `json:"started"`
	Ends    protocol.Timestamp  `json:"ends"`
	// until is the steady time of its end. It is no state, see anchor.
	until      protocol.Timestamp
	Ended      protocol.Timestamp `json:"ended,omitempty"`
	AutoAdd    bool               `json:"auto,omitempty"`
	Candidates []candidate        `json:"candidates"`
	// Choice is the winner's number, 0 without one.
	Choice int  `json:"choice,omitempty"`
	Tie    bool `json:"tie,omitempty"`
	Added  bool `json:"added,omitempty"`
	// Plays is how many playings there were at the end, nil of a poll that is open.
	Plays *int `json:"plays,omitempty"`
	// ballots are forgotten with the end: what counts then are the candidates' votes.
	ballots ballots
}

type candidate struct {
	Game  fact.PlayedGame `json:"game"`
	Votes int64           `json:"votes,omitempty"`
}

// polls is how many polls the session has had.
func (h *State) polls() int {
	if h.poll == nil {
		return 0
	}
	return h.poll.Number
}

// open is the poll that is open, of that id if one is given; nil when there is none.
func (h *State) openPoll(id protocol.PollID) *poll {
	if h.poll == nil || h.poll.Status != protocol.StatusOpen || id != 0 && id != h.pollID() {
		return nil
	}
	return h.poll
}

// pollID is the id of the newest poll.
func (h *State) pollID() protocol.PollID { return protocol.NewPollID(h.id, h.poll.Number) }

// anchor finds out when a poll that was read from the journal ends: after the rest of its
// time by the clock, and not after more than all of it. p may be nil.
func (p *poll) anchor(now protocol.ClockReading) {
	if p != nil {
		p.until = now.Monotonic + p.left(now)
	}
}

// left is how long the poll goes on yet by the clock.
func (p *poll) left(now protocol.ClockReading) protocol.Timestamp {
	return max(0, min(p.Ends-now.Wall, p.Ends-p.Started))
}

// winner is the game that has won, nil without one.
func (p *poll) winner() *fact.PlayedGame {
	if p == nil || p.Choice == 0 {
		return nil
	}
	return &p.Candidates[p.Choice-1].Game
}

// leaders are the numbers of the candidates with the most votes. Without any vote those
// are all of them.
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

// ask applies PollStarted. Facts about a poll that the session does not have change
// nothing, here and below.
func (h *State) ask(f *fact.PollStarted) {
	n := h.polls() + 1
	if f.Poll != protocol.NewPollID(h.id, n) {
		return
	}
	h.poll = &poll{Number: n, Status: protocol.StatusOpen, Started: f.At, Ends: f.Ends, AutoAdd: f.AutoAdd}
	h.poll.until = h.anchor.now.Monotonic + f.Ends - f.At
	for _, g := range f.Candidates {
		h.poll.Candidates = append(h.poll.Candidates, candidate{Game: g})
	}
}

// choose applies PollVoted.
func (h *State) choose(f *fact.PollVoted) {
	p := h.openPoll(f.Poll)
	if p == nil || f.Choice > len(p.Candidates) {
		return
	}
	before := p.ballots.cast(elector{f.Device, f.Username}, f.Choice)
	if before > 0 {
		p.Candidates[before-1].Votes--
	}
	h.devices.choose(f, before > 0)
	p.Candidates[f.Choice-1].Votes++
}

// conclude applies PollEnded.
func (h *State) conclude(f *fact.PollEnded) {
	p := h.openPoll(f.Poll)
	if p == nil || f.Choice > len(p.Candidates) {
		return
	}
	p.Status, p.Ended, p.Choice, p.Tie, p.ballots = protocol.StatusEnded, f.At, f.Choice, f.Tie, ballots{}
	n := len(h.plays)
	p.Plays = &n
	if f.Choice == 0 {
		p.Status = protocol.StatusCanceled
	}
}

// fulfil notes that a game is being played: perhaps the one that was wanted. It does
// not matter who has added it.
func (h *State) fulfil(id protocol.GameID) {
	if w := h.poll.winner(); w != nil && w.ID == id {
		h.poll.Added = true
	}
}
