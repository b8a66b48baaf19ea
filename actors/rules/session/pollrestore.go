package session

import (
	"partyline/actors/rules/session/fact"
	"partyline/protocol"
)

// restoreBallots puts the ballots into a poll of a snapshot; false when facts could not have
// made the two.
func (p *poll) restoreBallots(b ballots) bool {
	if p == nil {
		return b.len() == 0
	}
	games := make([]fact.PlayedGame, len(p.Candidates))
	counted := make([]int64, len(p.Candidates))
	for i := range p.Candidates {
		games[i], counted[i] = p.Candidates[i].Game, p.Candidates[i].Votes
	}
	if !fact.ValidCandidates(games) || p.Number < 1 || p.Number >= protocol.MaxPolls || p.Ends <= p.Started || p.Plays != nil && *p.Plays < 0 || !p.validOutcome() {
		return false
	}
	for _, v := range b.list {
		if p.Status != protocol.StatusOpen || int(v.choice) > len(counted) {
			return false
		}
		counted[v.choice-1]--
	}
	for _, n := range counted {
		if n < 0 || n > 0 && p.Status == protocol.StatusOpen {
			return false
		}
	}
	p.ballots = b
	return true
}

// inferPlays finds out how many plays there were at the end of a poll that was stored by a
// version which did not say so. p may be nil.
func (p *poll) inferPlays(plays []play) {
	if p == nil || p.Status == protocol.StatusOpen || p.Plays != nil {
		return
	}
	n := 0
	for i := range plays {
		if plays[i].At < p.Ended {
			n++
		}
	}
	p.Plays = &n
}

// validOutcome says whether the outcome fits the status.
func (p *poll) validOutcome() bool {
	switch p.Status {
	case protocol.StatusEnded:
		return p.Choice >= 1 && p.Choice <= len(p.Candidates) && p.Ended > 0
	case protocol.StatusCanceled:
		return p.Choice == 0 && !p.Tie && !p.Added && p.Ended > 0
	}
	return p.Status == protocol.StatusOpen && p.Choice == 0 && !p.Tie && !p.Added && p.Ended == 0 && p.Plays == nil
}

func readBallots(r *fact.Reader) ballots {
	n := r.Length(len(r.Rest))
	if n == 0 {
		return ballots{}
	}
	// A ballot takes at least four bytes, so a damaged count cannot ask for much.
	b := ballots{index: make(map[string]int32, min(n, len(r.Rest)/4)), list: make([]ballot, 0, min(n, len(r.Rest)/4))}
	for range n {
		v := ballot{voter: string(r.Bytes(fact.MaxFolded)), choice: r.Byte(), changes: r.Byte()}
		if _, twice := b.index[v.voter]; twice || v.voter == "" || v.choice < 1 || v.choice > protocol.MaxCandidates {
			r.Fail()
		}
		if r.Failed {
			return ballots{}
		}
		b.insert(v)
	}
	return b
}
