package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// batchOutcome is the result of a batch, from Decide to Answer. Facts hold the accepted votes
// only.
type batchOutcome struct {
	of     *protocol.CastVotes
	result *protocol.BatchResult
}

// decideVotes decides CastVotes: each vote as if the ones before it were already
// applied. It refuses as a whole only when the session is closed.
func (s *State) decideVotes(dst []fact.Fact, c *protocol.CastVotes, now protocol.ClockReading) ([]fact.Fact, *protocol.Error) {
	if s.phase != phaseActive {
		return dst, protocol.Errorf(protocol.CodeNotFound, "No active session found")
	}
	b := batch{state: s, now: now, facts: make([]fact.VoteCast, len(c.Votes)), seen: s.voters.forBatch(len(c.Votes))}
	r := &protocol.BatchResult{Results: make([]protocol.VoteOutcome, len(c.Votes))}
	for i := range c.Votes {
		f := &b.facts[i]
		if err := b.validate(f, &c.Votes[i]); err != nil {
			r.Rejected++
			r.Results[i] = protocol.VoteOutcome{Status: err.Code.Meaning().Status, Error: err.Message, Code: err.Code}
			continue
		}
		r.Accepted++
		r.Results[i] = protocol.VoteOutcome{Status: accepted, GameID: f.Game}
		dst = append(dst, f)
	}
	s.batch = batchOutcome{of: c, result: r}
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
	// seen are the votes within the batch, which the state does not know yet.
	seen voters
	// byTicker says that there are votes by ticker among them.
	byTicker bool
}

func (b *batch) validate(f *fact.VoteCast, c *protocol.CastVote) *protocol.Error {
	if err := c.Check(); err != nil {
		return err
	}
	if c.SessionID != 0 && c.SessionID != b.state.id {
		return protocol.NotFound("Session") // the hub hands each session its own votes only
	}
	if err := b.state.validateVote(f, c, b.now); err != nil {
		return err
	}
	if b.isRepeated(f) {
		return duplicate()
	}
	if f.Play == 0 {
		b.byTicker = true
		b.seen.add(b.seen.hashFor(f.Username, f.Game), f.Timestamp)
		return nil
	}
	b.seen.add(b.seen.hash(f.Username), f.Timestamp)
	return nil
}

// isRepeated says whether the batch has a vote near this one already, by the rules of
// State.validateVote.
func (b *batch) isRepeated(f *fact.VoteCast) bool {
	if f.Play == 0 {
		return b.state.hasTickerVoteNear(&b.seen, f.Username, f.Game, f.Timestamp, b.now)
	}
	return b.seen.near(b.seen.hash(f.Username), f.Timestamp) || b.byTicker && b.seen.near(b.seen.hashFor(f.Username, f.Game), f.Timestamp)
}
