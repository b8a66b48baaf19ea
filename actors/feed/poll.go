package feed

import "partyline/protocol"

// ballot is a committed vote in a poll that the tally does not count yet.
type ballot struct {
	poll           protocol.PollID
	choice, before int
}

// AddPollVote counts one committed vote in a poll with the next Publish. Before is the
// choice that it replaces, 0 for none. Votes in a poll that the newest state does not
// have open are not counted: its beginning has made the feed stale.
func (f *Feed) AddPollVote(poll protocol.PollID, choice, before int) {
	f.ballots = append(f.ballots, ballot{poll, choice, before})
}

// standing is how an open poll stands, nil for none or one that is over.
func standing(p *protocol.Poll) *protocol.TallyPoll {
	if p == nil || p.Status != protocol.StatusOpen {
		return nil
	}
	t := &protocol.TallyPoll{ID: p.ID, Votes: make([]int64, len(p.Candidates)), Total: p.TotalVotes}
	for i, c := range p.Candidates {
		t.Votes[i] = c.Votes
	}
	return t
}

// countBallots takes in the votes in polls of one Publish.
func (t *tally) countBallots(seq protocol.Seq, ballots []ballot) {
	for _, b := range ballots {
		p := t.poll
		if p == nil || p.ID != b.poll || max(b.choice, b.before) > len(p.Votes) {
			continue
		}
		p.Votes[b.choice-1]++
		if b.before > 0 {
			p.Votes[b.before-1]--
		} else {
			p.Total++
		}
		t.seq, t.frame = seq, nil
	}
}
