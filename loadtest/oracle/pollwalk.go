package oracle

import (
	"slices"

	"partyline/protocol"
)

// pollWalk goes through the events of a session in their order and finds what they may
// not say of polls whatever was asked: each vote moves one voice, none comes after the
// end, the outcome is what was counted.
type pollWalk struct {
	find func(format string, args ...any)
	// open is the poll that takes votes, with the votes so far, nil for none.
	open  *protocol.Poll
	polls map[protocol.PollID]*courseOf
	steps map[step]int
	moves map[move]int
	order []protocol.PollID
	// owed is the winner that the next chapter has to add, before seq owedBy.
	owed   protocol.GameID
	owedBy protocol.Seq
}

// courseOf is all that the events say of one poll.
type courseOf struct {
	started, ended *protocol.Poll
	stood          map[counts]bool
	last           counts
}

// walk reads what was seen up to head.
func (r *Record) walk(f *Findings, head protocol.Seq) *pollWalk {
	r.mu.Lock()
	story := slices.Clone(r.story)
	r.mu.Unlock()
	slices.SortFunc(story, func(a, b *chapter) int { return int(a.seq) - int(b.seq) })
	w := &pollWalk{polls: map[protocol.PollID]*courseOf{}, steps: map[step]int{}, moves: map[move]int{}}
	for _, c := range story {
		if c.seq > head {
			break
		}
		w.find = func(format string, args ...any) {
			f.Add("session %d: seq %d: "+format, append([]any{r.Session, c.seq}, args...)...)
		}
		w.read(c, r.Session)
	}
	if w.owed != 0 && head >= w.owedBy {
		f.Add("session %d: the winner, game %d, was not added with the end of its poll", r.Session, w.owed)
	}
	return w
}

func (w *pollWalk) read(c *chapter, session protocol.SessionID) {
	if owed := w.owed; owed != 0 {
		w.owed = 0
		if c.kind != protocol.EventGameAdded || c.game != owed || c.seq > w.owedBy {
			w.find("instead of the winner, game %d, came %s", owed, c.kind)
		}
	}
	switch c.kind {
	case protocol.EventPollStarted:
		w.start(c, session)
	case protocol.EventPollTally:
		w.tally(c)
	case protocol.EventPollEnded:
		w.end(c)
	}
}

func (w *pollWalk) start(c *chapter, session protocol.SessionID) {
	p := *c.whole
	p.Candidates = slices.Clone(p.Candidates)
	switch {
	case w.open != nil:
		w.find("poll %d began while poll %d was open", p.ID, w.open.ID)
	case p.ID != protocol.NewPollID(session, len(w.order)+1):
		w.find("the %d. poll is %d", len(w.order)+1, p.ID)
	case p.Status != protocol.StatusOpen || p.TotalVotes != 0 || countsOf(&p) != (counts{}):
		w.find("poll %d begins as %+v", p.ID, p)
	}
	w.open = &p
	w.order = append(w.order, p.ID)
	w.polls[p.ID] = &courseOf{started: c.whole, stood: map[counts]bool{{}: true}}
}

func (w *pollWalk) tally(c *chapter) {
	switch {
	case w.open == nil || w.open.ID != c.poll:
		w.find("a vote in poll %d, which is not open", c.poll)
		return
	case c.at >= w.open.EndsAt:
		w.find("a vote in poll %d at %v, it ended at %v", c.poll, c.at, w.open.EndsAt)
	case c.total != c.counts.sum() || c.places != len(w.open.Candidates):
		w.find("poll %d adds up wrong: %v of %d candidates are %d", c.poll, c.counts, c.places, c.total)
	}
	course := w.polls[c.poll]
	m, ok := moved(course.last, c.counts)
	if !ok {
		w.find("poll %d stood at %v and with one vote at %v", c.poll, course.last, c.counts)
	}
	m.poll = c.poll
	w.moves[m]++
	w.steps[step{m, c.counts}]++
	course.last, course.stood[c.counts] = c.counts, true
}

// moved is the one vote between two counts; false when it is not one.
func moved(from, to counts) (m move, ok bool) {
	for i := range to {
		switch to[i] - from[i] {
		case 0:
		case 1:
			if m.choice != 0 {
				return m, false
			}
			m.choice = i + 1
		case -1:
			if m.before != 0 {
				return m, false
			}
			m.before = i + 1
		default:
			return m, false
		}
	}
	return m, m.choice != 0
}

func (w *pollWalk) end(c *chapter) {
	p := c.whole
	if w.open == nil || w.open.ID != p.ID {
		w.find("poll %d ended, which is not open", p.ID)
		return
	}
	course := w.polls[p.ID]
	w.open, course.ended = nil, p
	if countsOf(p) != course.last || p.TotalVotes != course.last.sum() {
		w.find("poll %d ended with %v, counted %v", p.ID, countsOf(p), course.last)
	}
	w.outcome(p)
	if p.AutoAdd && p.Winner != nil {
		// What was playing becomes played first, by an event of its own.
		w.owed, w.owedBy = p.Winner.GameID, c.seq+2
	}
}

// outcome wants a winner with the most votes, and a tie exactly where others have as many.
func (w *pollWalk) outcome(p *protocol.Poll) {
	if p.Status == protocol.StatusCanceled {
		if p.Winner != nil || p.Tie {
			w.find("poll %d was canceled and has a winner", p.ID)
		}
		return
	}
	votes := countsOf(p)
	most, leaders := slices.Max(votes[:]), 0
	for _, c := range p.Candidates {
		if c.Votes == most {
			leaders++
		}
	}
	switch {
	case p.Status != protocol.StatusEnded || p.EndedAt == nil || p.Winner == nil:
		w.find("poll %d ended as %+v", p.ID, p)
	case p.Winner.Votes != most || !slices.Contains(p.Candidates, *p.Winner):
		w.find("poll %d was won by %+v of %v", p.ID, *p.Winner, votes)
	case p.Tie != (leaders > 1):
		w.find("poll %d ended with %v, and says tie: %v", p.ID, votes, p.Tie)
	}
}
