package fake

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"partyline/protocol"
)

// poll is the newest poll of a session and what each voter wants.
type poll struct {
	protocol.Poll
	wants map[string]int
}

// pollRoutes are the operations of polls.
func (s *Server) pollRoutes(handle func(pattern string, f func(r *http.Request) (int, any))) {
	of := func(f func(n *session) (int, any)) func(r *http.Request) (int, any) {
		return func(r *http.Request) (int, any) {
			if n := s.session(r.PathValue("id")); n != nil {
				return f(n)
			}
			return 404, protocol.NotFound("Session")
		}
	}
	handle("GET /api/sessions/{id}/poll", of(func(n *session) (int, any) { return s.newestPoll(n) }))
	handle("POST /api/sessions/{id}/poll/end", of(func(n *session) (int, any) { return s.endPoll(n, protocol.StatusEnded) }))
	handle("DELETE /api/sessions/{id}/poll", of(func(n *session) (int, any) { return s.endPoll(n, protocol.StatusCanceled) }))
	handle("POST /api/sessions/{id}/poll/add", of(func(n *session) (int, any) { return s.addWinner(n) }))
	handle("POST /api/sessions/{id}/poll", s.restStartPoll)
	handle("POST /api/sessions/{id}/poll/votes", s.restVotePoll)
}

func (s *Server) newestPoll(n *session) (int, any) {
	if n.poll == nil {
		return 200, struct{}{}
	}
	said := n.poll.shown()
	if s.fault.Miscount {
		said.Candidates[0].Votes++
		said.TotalVotes++
	}
	return 200, said
}

func (s *Server) restStartPoll(r *http.Request) (int, any) {
	n := s.session(r.PathValue("id"))
	var c protocol.StartPoll
	if json.NewDecoder(r.Body).Decode(&c) != nil || n == nil || len(c.GameIDs) < protocol.MinCandidates || c.Seconds == nil {
		return 400, protocol.Invalid("game_ids or count is required")
	}
	if n.poll != nil && n.poll.Status == protocol.StatusOpen {
		return 409, protocol.Errorf(protocol.CodeConflict, "A poll is open already")
	}
	return 201, s.startPoll(n, c)
}

func (s *Server) startPoll(n *session, c protocol.StartPoll) protocol.Poll {
	number, now := 1, protocol.TimestampOf(time.Now())
	if n.poll != nil {
		number = int(n.poll.ID%protocol.MaxPolls) + 1
	}
	lasts := time.Duration(*c.Seconds) * time.Second
	p := &poll{wants: map[string]int{}, Poll: protocol.Poll{ID: protocol.NewPollID(n.id, number), SessionID: n.id,
		Status: protocol.StatusOpen, StartedAt: now, EndsAt: now + protocol.Timestamp(lasts.Milliseconds()), AutoAdd: c.AutoAdd}}
	for i, id := range c.GameIDs {
		p.Candidates = append(p.Candidates, protocol.Candidate{Choice: i + 1, GameID: id})
	}
	n.poll = p
	s.record(n, protocol.EventPollStarted, protocol.PollStarted{SessionID: n.id, Poll: p.shown()})
	time.AfterFunc(lasts, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if n.poll == p && !s.fault.Endless {
			s.endPoll(n, protocol.StatusEnded)
		}
	})
	return p.shown()
}

func (s *Server) restVotePoll(r *http.Request) (int, any) {
	var c protocol.VotePoll
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		return 400, protocol.Invalid("%v", err)
	}
	n := s.session(r.PathValue("id"))
	if n == nil {
		return 404, protocol.NotFound("Session")
	}
	c.ID = n.id
	return s.oncePoll(r.Header.Get("Idempotency-Key"), c)
}

// oncePoll is once for polls.
func (s *Server) oncePoll(key string, c protocol.VotePoll) (int, any) {
	return s.first(key, func() (int, any) { return s.votePoll(c) }, func() bool {
		return s.fault.MutePolls != 0 && s.pollVotes%s.fault.MutePolls == 0
	})
}

func (s *Server) votePoll(c protocol.VotePoll) (int, any) {
	n, ok := s.sessions[c.ID]
	if !ok {
		return 404, protocol.NotFound("Session")
	}
	p := n.poll
	late := p != nil && protocol.TimestampOf(time.Now()) >= p.EndsAt
	if p == nil || p.ID != c.PollID || p.Status != protocol.StatusOpen || late {
		return 409, protocol.Errorf(protocol.CodeConflict, "The poll is over")
	}
	s.pollVotes++
	before := p.wants[c.Username]
	if before == c.Choice {
		return 200, p.shown()
	}
	p.count(before, c.Choice)
	if s.fault.SwallowPolls != 0 && s.pollVotes%s.fault.SwallowPolls == 0 {
		said := p.shown()
		p.count(c.Choice, before)
		return 200, said
	}
	p.wants[c.Username] = c.Choice
	s.recordPollVote(n, p)
	n.undo = func() { p.count(c.Choice, before); p.wants[c.Username] = before }
	if s.fault.RepeatPolls != 0 && s.pollVotes%s.fault.RepeatPolls == 0 {
		p.count(0, c.Choice)
		s.recordPollVote(n, p)
	}
	return 200, p.shown()
}

func (s *Server) recordPollVote(n *session, p *poll) {
	t := protocol.PollTallied{SessionID: n.id, Poll: protocol.TalliedPoll{ID: p.ID, TotalVotes: p.TotalVotes}}
	for _, c := range p.Candidates {
		t.Poll.Candidates = append(t.Poll.Candidates, protocol.PollCount{GameID: c.GameID, Votes: c.Votes})
	}
	s.record(n, protocol.EventPollTally, t)
}

// endPoll ends the open poll in that way.
func (s *Server) endPoll(n *session, how protocol.PollStatus) (int, any) {
	p := n.poll
	if p == nil || p.Status != protocol.StatusOpen {
		return 409, protocol.Errorf(protocol.CodeConflict, "No poll is open")
	}
	now := protocol.TimestampOf(time.Now())
	p.Status, p.EndedAt = how, &now
	if how == protocol.StatusEnded {
		p.decide(s.fault.WrongWinner)
	}
	s.record(n, protocol.EventPollEnded, protocol.PollEnded{SessionID: n.id, Poll: p.shown()})
	if p.AutoAdd && p.Winner != nil {
		p.Added = true
		s.addGame(n, p.Winner.GameID)
	}
	return 200, p.shown()
}

func (s *Server) addWinner(n *session) (int, any) {
	if n.poll == nil || n.poll.Winner == nil || n.poll.Added {
		return 409, protocol.Errorf(protocol.CodeConflict, "The winner was added already")
	}
	n.poll.Added = true
	return 201, s.addGame(n, n.poll.Winner.GameID)
}

// count moves a vote; 0 is nobody.
func (p *poll) count(before, choice int) {
	if before > 0 {
		p.Candidates[before-1].Votes--
		p.TotalVotes--
	}
	if choice > 0 {
		p.Candidates[choice-1].Votes++
		p.TotalVotes++
	}
}

// decide makes the first of those with the most votes the winner, or one of the others.
func (p *poll) decide(wrong bool) {
	most, leaders := p.Candidates[0], 0
	for _, c := range p.Candidates {
		if c.Votes > most.Votes {
			most = c
		}
	}
	for _, c := range p.Candidates {
		if c.Votes == most.Votes {
			leaders++
		}
	}
	p.Tie = leaders > 1
	if wrong {
		most = p.Candidates[most.Choice%len(p.Candidates)]
	}
	p.Winner = &most
}

// shown is a copy that does not change.
func (p *poll) shown() protocol.Poll {
	said := p.Poll
	said.Candidates = slices.Clone(p.Candidates)
	return said
}
