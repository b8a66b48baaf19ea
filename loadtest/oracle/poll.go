package oracle

import (
	"sync"

	"partyline/loadtest/report"
	"partyline/protocol"
)

// Polls holds what was sent and answered in the polls of one session, each voter with one vote.
// Methods may be called from any goroutine.
type Polls struct {
	mu    sync.Mutex
	polls map[protocol.PollID]*pollVotes
	count PollCounts
}

// pollVotes are the votes of one poll by candidate, in the order of their choices.
type pollVotes struct {
	// sent are those that may count: refused ones are subtracted.
	sent, acknowledged choices
	ended              *protocol.Poll // as it was told first, nil before
}

type choices [protocol.MaxCandidates]int64

// PollCounts counts polls and the votes in them.
type PollCounts struct {
	Ended        int `json:"ended"`
	ByTime       int `json:"ended_by_time"`
	Votes        int `json:"votes"`
	Acknowledged int `json:"acknowledged"`
	Refused      int `json:"refused"`
}

// PollVote is a vote in a poll; Choice counts from 1.
type PollVote struct {
	Poll   protocol.PollID
	Choice int
}

func (p *Polls) of(id protocol.PollID) *pollVotes {
	if p.polls == nil {
		p.polls = map[protocol.PollID]*pollVotes{}
	}
	if p.polls[id] == nil {
		p.polls[id] = &pollVotes{}
	}
	return p.polls[id]
}

// Sent notes a vote before its first byte is sent.
func (p *Polls) Sent(v PollVote) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.of(v.Poll).sent[v.Choice-1]++
	p.count.Votes++
}

// Acknowledged notes that a vote was acknowledged.
func (p *Polls) Acknowledged(v PollVote) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.of(v.Poll).acknowledged[v.Choice-1]++
	p.count.Acknowledged++
}

// Refused notes that a vote was refused.
func (p *Polls) Refused(v PollVote) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.of(v.Poll).sent[v.Choice-1]--
	p.count.Refused++
}

// PollMark is what was acknowledged at a moment.
type PollMark map[protocol.PollID]choices

// Mark returns what has been acknowledged so far: the server must have it from now on.
func (p *Polls) Mark() PollMark {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := PollMark{}
	for id, v := range p.polls {
		m[id] = v.acknowledged
	}
	return m
}

// Check checks a poll as the server describes it against what has been sent, and what had been
// acknowledged before the question. An ended poll may not change.
func (p *Polls) Check(f *report.Findings, promised PollMark, told protocol.Poll) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, votes, sum := p.of(told.ID), choices{}, int64(0)
	for i, c := range told.Candidates {
		votes[i] = c.Votes
		sum += c.Votes
		if c.Votes < promised[told.ID][i] {
			f.Add("poll %d: %d votes for candidate %d were acknowledged, %d are counted", told.ID, promised[told.ID][i], i+1, c.Votes)
		}
		if c.Votes > v.sent[i] {
			f.Add("poll %d: %d votes are counted for candidate %d, %d were sent and not refused", told.ID, c.Votes, i+1, v.sent[i])
		}
	}
	if told.TotalVotes != sum {
		f.Add("poll %d adds up wrong: %v are %d", told.ID, votes, told.TotalVotes)
	}
	if told.Status != protocol.StatusOpen {
		p.ended(f, v, told)
	}
}

// ended checks the outcome; the lock is held.
func (p *Polls) ended(f *report.Findings, v *pollVotes, told protocol.Poll) {
	if v.ended != nil {
		for i, c := range told.Candidates {
			if c.Votes != v.ended.Candidates[i].Votes {
				f.Add("poll %d had ended with %d votes for candidate %d and now has %d", told.ID, v.ended.Candidates[i].Votes, i+1, c.Votes)
			}
		}
		return
	}
	v.ended = &told
	p.count.Ended++
	if told.EndedAt != nil && *told.EndedAt >= told.EndsAt {
		p.count.ByTime++
	}
	most, leaders := int64(0), 0
	for _, c := range told.Candidates {
		switch {
		case c.Votes > most:
			most, leaders = c.Votes, 1
		case c.Votes == most:
			leaders++
		}
	}
	switch {
	case told.Winner == nil:
		f.Add("poll %d ended without a winner", told.ID)
	case told.Winner.Votes != most || told.Candidates[told.Winner.Choice-1].Votes != most:
		f.Add("poll %d was won by candidate %d with %d votes, the most are %d", told.ID, told.Winner.Choice, told.Winner.Votes, most)
	case told.Tie != (leaders > 1):
		f.Add("poll %d has %d winners and says tie: %v", told.ID, leaders, told.Tie)
	}
}

// Count returns the counts.
func (p *Polls) Count() PollCounts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

// Add adds those of another session.
func (c PollCounts) Add(o PollCounts) PollCounts {
	return PollCounts{c.Ended + o.Ended, c.ByTime + o.ByTime, c.Votes + o.Votes, c.Acknowledged + o.Acknowledged, c.Refused + o.Refused}
}
