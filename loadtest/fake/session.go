package fake

import (
	"encoding/json"
	"net/http"
	"time"

	"partyline/protocol"
)

// session is a log of events and the sums over it.
type session struct {
	id      protocol.SessionID
	log     [][]byte
	plays   []protocol.SessionGame
	tallies map[protocol.GameID]protocol.Totals
	records []protocol.VoteRecord
	poll    *poll
	// undo takes back what the newest event did, nil when that is no vote.
	undo func()
}

func (s *Server) createSession() *session {
	n := &session{id: protocol.SessionID(len(s.sessions) + 1), tallies: map[protocol.GameID]protocol.Totals{}}
	s.sessions[n.id] = n
	s.record(n, protocol.EventSessionStarted, protocol.SessionStarted{})
	return n
}

func (s *Server) addGame(n *session, game protocol.GameID) protocol.SessionGame {
	p := protocol.SessionGame{ID: protocol.NewPlayID(n.id, len(n.plays)+1), SessionID: n.id, GameID: game, PlayedAt: protocol.TimestampOf(time.Now())}
	n.plays = append(n.plays, p)
	s.recordAt(n, p.PlayedAt, protocol.EventGameAdded, protocol.GameAdded{Game: protocol.AddedGame{ID: game, PlayID: p.ID}})
	return p
}

// cast records a vote and says what to answer.
func (s *Server) cast(c protocol.CastVote) (status int, answer any) {
	if err := c.Check(); err != nil {
		return http.StatusBadRequest, err
	}
	n, ok := s.sessions[c.SessionID]
	if !ok {
		return http.StatusNotFound, protocol.NotFound("Session")
	}
	s.votes++
	game := n.gameAt(c.Timestamp.Timestamp())
	if s.fault.Swallow == 0 || s.votes%s.fault.Swallow != 0 {
		s.recordVote(n, game, c)
	}
	if s.fault.Repeat != 0 && s.votes%s.fault.Repeat == 0 {
		s.recordVote(n, game, c)
	}
	return http.StatusOK, protocol.VoteAccepted{Success: true, Game: protocol.VoteGame{ID: game, Totals: n.tallies[game]}}
}

func (s *Server) recordVote(n *session, game protocol.GameID, c protocol.CastVote) {
	t, before := n.tallies[game], n.tallies[game]
	if c.Vote == protocol.VoteUp {
		t = protocol.NewTotals(t.Upvotes+1, t.Downvotes)
	} else {
		t = protocol.NewTotals(t.Upvotes, t.Downvotes+1)
	}
	n.tallies[game] = t
	took := func() {
		n.tallies[game] = before
		n.records = n.records[:len(n.records)-1]
	}
	n.records = append(n.records, protocol.VoteRecord{SessionID: n.id, GameID: game, Username: c.Username, VoteType: c.Vote, Timestamp: c.Timestamp.Timestamp()})
	s.record(n, protocol.EventVoteReceived, protocol.VoteReceived{
		SessionID: n.id, Game: protocol.VotedGame{ID: game},
		Vote: protocol.Vote{Username: c.Username, Type: c.Vote, Timestamp: c.Timestamp.Timestamp()}, Totals: t,
	})
	n.undo = took
}

// record appends an event and wakes whoever waits for one.
func (s *Server) record(n *session, kind protocol.EventType, data any) {
	s.recordAt(n, protocol.TimestampOf(time.Now()), kind, data)
}

func (s *Server) recordAt(n *session, at protocol.Timestamp, kind protocol.EventType, data any) {
	e := protocol.Event{Type: kind, Timestamp: at, SessionID: n.id, Seq: protocol.Seq(len(n.log) + 1), Data: data}
	b, err := json.Marshal(e)
	if err != nil {
		panic(err) // our own words always encode
	}
	n.log, n.undo = append(n.log, b), nil
	close(s.news)
	s.news = make(chan struct{})
}

// forget drops the newest event, if it is a vote.
func (n *session) forget() {
	if n.undo == nil {
		return
	}
	n.undo()
	n.undo, n.log = nil, n.log[:len(n.log)-1]
}

func (n *session) gameAt(at protocol.Timestamp) (game protocol.GameID) {
	for _, p := range n.plays {
		if p.PlayedAt <= at {
			game = p.GameID
		}
	}
	return game
}

func (n *session) tally() protocol.Tally {
	t := protocol.Tally{Type: protocol.MessageTally, SessionID: n.id, Seq: protocol.Seq(len(n.log)), Games: []protocol.TallyGame{}}
	for id, totals := range n.tallies {
		t.Games = append(t.Games, protocol.TallyGame{ID: id, Totals: totals, SessionUpvotes: totals.Upvotes, SessionDownvotes: totals.Downvotes})
	}
	return t
}
