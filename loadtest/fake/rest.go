package fake

import (
	"encoding/json"
	"net/http"
	"strconv"

	"partyline/protocol"
)

// routes are the operations that the load tests call. Every one runs under the lock.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, f func(r *http.Request) (int, any)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			status, answer := f(r)
			b, err := json.Marshal(answer)
			s.mu.Unlock()
			if status == muted {
				panic(http.ErrAbortHandler)
			}
			if err != nil {
				status = http.StatusInternalServerError
			}
			w.Header().Set("Content-Length", strconv.Itoa(len(b)))
			w.WriteHeader(status)
			_, _ = w.Write(b)
		})
	}
	handle("GET /ready", func(*http.Request) (int, any) { return 200, struct{}{} })
	handle("POST /api/auth/login", s.restLogin)
	handle("POST /api/games", func(*http.Request) (int, any) { s.games++; return 201, protocol.Game{ID: s.games} })
	handle("POST /api/sessions", func(*http.Request) (int, any) { return 201, protocol.Session{ID: s.createSession().id} })
	handle("POST /api/sessions/{id}/close", func(*http.Request) (int, any) { return 200, struct{}{} })
	handle("POST /api/sessions/{id}/games", s.restAddGame)
	handle("GET /api/sessions/{id}/votes", s.restTotals)
	handle("GET /api/votes", s.restVotes)
	handle("POST /api/votes/live", s.restCast)
	handle("POST /api/votes/batch", s.restBatch)
	handle("POST /api/auth/tokens", func(*http.Request) (int, any) { return 201, protocol.IssuedToken{Secret: "fake-token"} })
	s.pollRoutes(handle)
	mux.HandleFunc("GET /api/sessions/live", s.live)
	return mux
}

func (s *Server) restLogin(r *http.Request) (int, any) {
	var b struct{ Key string }
	if json.NewDecoder(r.Body).Decode(&b) != nil || b.Key != Key {
		return 401, protocol.Errorf(protocol.CodeBadKey, "Invalid admin key")
	}
	return 200, protocol.Login{Token: "fake-token"}
}

func (s *Server) restAddGame(r *http.Request) (int, any) {
	var b protocol.AddGame
	n := s.session(r.PathValue("id"))
	if json.NewDecoder(r.Body).Decode(&b) != nil || n == nil {
		return 400, protocol.Invalid("game_id is required")
	}
	return 201, s.addGame(n, b.GameID)
}

func (s *Server) restTotals(r *http.Request) (int, any) {
	n := s.session(r.PathValue("id"))
	if n == nil {
		return 404, protocol.NotFound("Session")
	}
	v := protocol.SessionVotes{SessionID: n.id, Votes: []protocol.GameTally{}}
	for id, t := range n.tallies {
		if s.fault.Miscount {
			t = protocol.NewTotals(t.Upvotes+1, t.Downvotes)
		}
		v.Votes = append(v.Votes, protocol.GameTally{GameID: id, Upvotes: t.Upvotes, Downvotes: t.Downvotes, NetScore: t.PopularityScore, TotalVotes: t.Upvotes + t.Downvotes})
	}
	return 200, v
}

// restVotes is a page of a session's votes, newest first.
func (s *Server) restVotes(r *http.Request) (int, any) {
	n := s.session(r.FormValue("session_id"))
	page, _ := strconv.Atoi(r.FormValue("page"))
	limit, _ := strconv.Atoi(r.FormValue("limit"))
	if n == nil || page < 1 || limit < 1 {
		return 400, protocol.Invalid("page must be between 1 and 1000000")
	}
	total := len(n.records)
	if s.fault.Unlist {
		total--
	}
	p := protocol.VotePage{Votes: []protocol.VoteRecord{}, Pagination: protocol.Pagination{Page: page, Limit: limit, Total: int64(total), TotalPages: int64((total + limit - 1) / limit)}}
	for i := total - 1 - (page-1)*limit; i >= 0 && len(p.Votes) < limit; i-- {
		p.Votes = append(p.Votes, n.records[i])
	}
	return 200, p
}

func (s *Server) restCast(r *http.Request) (int, any) {
	var c protocol.CastVote
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		return 400, protocol.Invalid("%v", err)
	}
	return s.once(r.Header.Get("Idempotency-Key"), c)
}

func (s *Server) restBatch(r *http.Request) (int, any) {
	var b protocol.CastVotes
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil {
		return 400, protocol.Invalid("%v", err)
	}
	res := protocol.BatchResult{}
	for _, c := range b.Votes {
		status, _ := s.cast(c)
		res.Results = append(res.Results, protocol.VoteOutcome{Status: status})
	}
	return 200, res
}

// muted is the status of an answer that is not to be given.
const muted = 0

// once gives the first answer again to a key that was seen before.
func (s *Server) once(key string, c protocol.CastVote) (int, any) {
	return s.first(key, func() (int, any) { return s.cast(c) }, func() bool { return s.fault.Mute != 0 && s.votes%s.fault.Mute == 0 })
}

// first does what is asked for with a key once. muted answers are not given.
func (s *Server) first(key string, do func() (int, any), mute func() bool) (int, any) {
	if first, ok := s.answers[key]; ok && key != "" && !s.fault.Amnesia {
		return 200, json.RawMessage(first)
	}
	status, answer := do()
	if b, err := json.Marshal(answer); err == nil && status == 200 {
		s.answers[key] = b
	}
	if mute() {
		return muted, nil
	}
	return status, answer
}

func (s *Server) session(id string) *session {
	n, _ := strconv.ParseInt(id, 10, 64)
	return s.sessions[protocol.SessionID(n)]
}
