package session

import (
	"partyline/actors/session/fact"
	"partyline/protocol"
)

// verdict is what Decide found out about a batch and Answer tells. Facts say only
// what was accepted; the refusals live as long as the decision.
type verdict struct {
	of     *protocol.CastVotes
	result *protocol.BatchResult
}

// castVotes decides CastVotes: each vote as if the ones before it were already
// applied. It refuses as a whole only when the session is closed.
func (h *State) castVotes(dst []fact.Fact, c *protocol.CastVotes, now protocol.ClockReading) ([]fact.Fact, *protocol.Error) {
	if h.phase != phaseActive {
		return dst, protocol.Errorf(protocol.CodeNotFound, "No active session found")
	}
	b := batch{state: h, now: now, facts: make([]fact.VoteCast, len(c.Votes))}
	r := &protocol.BatchResult{Results: make([]protocol.VoteOutcome, len(c.Votes))}
	for i := range c.Votes {
		f := &b.facts[i]
		if err := b.judge(f, &c.Votes[i]); err != nil {
			r.Rejected++
			r.Results[i] = protocol.VoteOutcome{Status: err.Code.Meaning().Status, Error: err.Message, Code: err.Code}
			continue
		}
		r.Accepted++
		r.Results[i] = protocol.VoteOutcome{Status: accepted, GameID: f.Game}
		dst = append(dst, f)
	}
	h.batch = verdict{of: c, result: r}
	return dst, nil
}

// accepted is the status of votes.live when all is well.
const accepted = 200

// batch is a CastVotes being decided.
type batch struct {
	state *State
	now   protocol.ClockReading
	// facts holds all facts of the batch in one allocation.
	facts []fact.VoteCast
	// seen are the voters within the batch, whom the state does not know yet.
	seen voters
}

func (b *batch) judge(f *fact.VoteCast, c *protocol.CastVote) *protocol.Error {
	if err := c.Check(); err != nil {
		return err
	}
	if c.SessionID != 0 && c.SessionID != b.state.id {
		return protocol.NotFound("Session") // the hub hands each session its own votes only
	}
	if err := b.state.judge(f, c, b.now); err != nil {
		return err
	}
	if b.seen.near(c.Username, f.Timestamp) {
		return duplicate()
	}
	b.seen.add(c.Username, f.Timestamp)
	return nil
}
