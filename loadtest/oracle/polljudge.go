package oracle

import "partyline/protocol"

// Check holds what was answered until the mark against the events up to head: each
// acknowledged vote is one event of its poll and each refused one none, what was told of
// a poll is so, nobody opened or ended one but the host and the clock. It may run while
// votes go on, as long as head is newer than the mark.
func (p *Polls) Check(f *Findings, head protocol.Seq, mark PollMark) {
	w := p.record.walk(f, head)
	p.mu.Lock()
	defer p.mu.Unlock()
	find := func(format string, args ...any) { f.Add("session %d: "+format, append([]any{p.session}, args...)...) }
	if len(w.order) > p.starts {
		find("%d polls began, %d were asked for", len(w.order), p.starts)
	}
	p.receipts(w, mark, find)
	for m, n := range w.moves {
		if sent := p.moves[m]; n > sent {
			find("poll %d counted %d times a voter for %d (before: %d), %d were sent and not refused", m.poll, n, m.choice, m.before, sent)
		}
	}
	for _, r := range p.refused[:mark.refused] {
		p.refusal(w, r, find)
	}
	for i := range p.told[:mark.told] {
		p.tale(w, &p.told[i], find)
	}
	for _, id := range w.order {
		p.ending(w.polls[id].ended, find)
	}
}

// receipts wants an event of its own for each acknowledged vote.
func (p *Polls) receipts(w *pollWalk, mark PollMark, find func(string, ...any)) {
	taken := make(map[step]int, mark.counted)
	for _, r := range p.counted[:mark.counted] {
		if taken[r.step]++; taken[r.step] > w.steps[r.step] {
			find("the vote of %s for %d in poll %d was acknowledged and is lost: of %d events none more has it with %v",
				r.voter, r.choice, r.poll, w.steps[r.step], r.after)
		}
	}
}

// refusal wants the poll to have been over by then.
func (p *Polls) refusal(w *pollWalk, r refusal, find func(string, ...any)) {
	c := w.polls[r.vote.Poll]
	over := c != nil && (r.at >= c.started.EndsAt || c.ended != nil && r.at >= endedAt(c.ended))
	if !over {
		find("the vote of %s in poll %d was refused at %v, when the poll was open", r.vote.Voter, r.vote.Poll, r.at)
	}
}

// tale wants the poll to have stood as it was told.
func (p *Polls) tale(w *pollWalk, told *protocol.Poll, find func(string, ...any)) {
	c := w.polls[told.ID]
	if c == nil {
		find("poll %d was told of and is lost", told.ID)
		return
	}
	if told.Status == protocol.StatusOpen {
		if !c.stood[countsOf(told)] || told.EndsAt != c.started.EndsAt || len(told.Candidates) != len(c.started.Candidates) {
			find("poll %d was told as %v until %v, and never stood so", told.ID, countsOf(told), told.EndsAt)
		}
		return
	}
	if c.ended == nil {
		find("poll %d was told as %s, and never ended", told.ID, told.Status)
		return
	}
	same := told.Status == c.ended.Status && countsOf(told) == countsOf(c.ended) && told.Tie == c.ended.Tie && endedAt(told) == endedAt(c.ended) &&
		winner(told) == winner(c.ended)
	if !same {
		find("poll %d was told as %+v, it ended as %+v", told.ID, *told, *c.ended)
	}
}

func winner(p *protocol.Poll) int {
	if p.Winner == nil {
		return 0
	}
	return p.Winner.Choice
}

// endedAt is 0 for a poll that does not say it.
func endedAt(p *protocol.Poll) protocol.Timestamp {
	if p.EndedAt == nil {
		return 0
	}
	return *p.EndedAt
}

// ending wants that a poll ended because its time was over or the host wanted it.
func (p *Polls) ending(ended *protocol.Poll, find func(string, ...any)) {
	if ended == nil {
		return
	}
	w := p.asked[ended.ID]
	if w == nil {
		w = &wish{}
	}
	switch {
	case ended.Status == protocol.StatusCanceled && !w.cancel:
		find("poll %d was canceled by nobody", ended.ID)
	case ended.Status == protocol.StatusEnded && !w.end && endedAt(ended) < ended.EndsAt:
		find("poll %d ended at %v, its time was until %v", ended.ID, endedAt(ended), ended.EndsAt)
	}
}

// CheckNow holds what the server says when it is asked for the newest poll, nil for
// none, against all events; nobody may be voting. An open one that is over by the clock
// is a finding: now is later than its end by what is borne with.
func (p *Polls) CheckNow(f *Findings, head protocol.Seq, said *protocol.Poll, now protocol.Timestamp) {
	w := p.record.walk(&Findings{}, head)
	newest := protocol.PollID(0)
	if len(w.order) > 0 {
		newest = w.order[len(w.order)-1]
	}
	switch {
	case said == nil:
		if newest != 0 {
			f.Add("session %d: the server knows of no poll, the events of poll %d", p.session, newest)
		}
	case said.ID != newest:
		f.Add("session %d: the server says poll %d, the events poll %d", p.session, said.ID, newest)
	case countsOf(said) != w.polls[newest].last || said.TotalVotes != w.polls[newest].last.sum():
		f.Add("session %d: the server says %v of poll %d, the events %v", p.session, countsOf(said), newest, w.polls[newest].last)
	case said.Status == protocol.StatusOpen && now > said.EndsAt:
		f.Add("session %d: poll %d was to end at %v and is still open", p.session, said.ID, said.EndsAt)
	}
}

// Count sums up.
func (p *Polls) Count() (c PollCounts) {
	w := p.record.walk(&Findings{}, MaxRows)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range w.order {
		switch e := w.polls[id].ended; {
		case e == nil:
		case e.Status == protocol.StatusCanceled:
			c.Canceled++
		case endedAt(e) >= e.EndsAt:
			c.ByTime++
		default:
			c.ByHost++
		}
	}
	counted := 0
	for _, n := range w.moves {
		counted += n
	}
	c.Opened, c.Votes, c.Acknowledged, c.Refused = len(w.order), p.sent, len(p.counted), len(p.refused)+p.notTaken
	c.Unknown = c.Votes - c.Acknowledged - c.Refused
	c.Found = counted - c.Acknowledged
	return c
}
