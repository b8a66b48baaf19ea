package actors_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"partyline/actors"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// fixture is a hub on a journal in memory with one session and one game being played.
type fixture struct {
	t       *testing.T
	hub     *actors.Hub
	journal *memory.Journal
	session protocol.SessionID
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	j := memory.New(memory.Options{})
	e := &fixture{t: t, journal: j}
	e.hub = e.start()
	t.Cleanup(func() {
		e.stop()
		_ = j.Close()
	})
	s := do[protocol.Session](t, e.hub, protocol.CreateSession{})
	e.session = s.ID
	do[protocol.SessionGame](t, e.hub, protocol.AddGame{ID: s.ID, GameID: 1})
	return e
}

func (e *fixture) start() *actors.Hub {
	e.t.Helper()
	return e.startWith(actors.Options{Journal: e.journal, MaxActiveSessions: 1})
}

func (e *fixture) startWith(o actors.Options) *actors.Hub {
	e.t.Helper()
	h, err := actors.New(e.t.Context(), o)
	if err != nil {
		e.t.Fatal(err)
	}
	return h
}

func (e *fixture) stop() {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := e.hub.Close(ctx); err != nil {
		e.t.Error("close:", err)
	}
}

// restart ends the hub and begins a new one on the same journal.
func (e *fixture) restart() {
	e.t.Helper()
	e.stop()
	e.hub = e.start()
}

func (e *fixture) vote(name string, v protocol.VoteType) (*protocol.VoteAccepted, error) {
	now := protocol.TimestampOf(time.Now())
	answer, err := e.hub.Do(e.t.Context(), actors.Call{Command: &protocol.CastVote{Username: name, Vote: v, Timestamp: now.VoteTimestamp()}})
	if err != nil {
		return nil, err
	}
	return answer.(*protocol.VoteAccepted), nil
}

func do[T any](t testing.TB, h *actors.Hub, c protocol.Command) T {
	t.Helper()
	answer, err := h.Do(t.Context(), actors.Call{Command: c})
	if err != nil {
		t.Fatalf("%T: %v", c, err)
	}
	return answer.(T)
}

func codeOf(err error) protocol.Code {
	var p *protocol.Error
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

func TestSessionFromOpenToClose(t *testing.T) {
	e := newFixture(t)
	for i := range 5 {
		v := protocol.VoteUp
		if i == 0 {
			v = protocol.VoteDown
		}
		a, err := e.vote(fmt.Sprint("voter", i), v)
		if err != nil {
			t.Fatal(err)
		}
		if a.Game.Upvotes+a.Game.Downvotes != int64(i+1) {
			t.Fatalf("vote %d: totals %+v", i, a.Game.Totals)
		}
	}
	if _, err := e.vote("VOTER1", protocol.VoteUp); codeOf(err) != protocol.CodeDuplicateVote {
		t.Fatal("a second vote within a second:", err)
	}
	g, err := e.hub.Game(t.Context(), 1)
	if err != nil || g.PopularityScore != 3 || g.PlayCount != 1 {
		t.Fatalf("game: %+v %v", g, err)
	}
	page, err := e.hub.Votes(t.Context(), protocol.VoteFilter{Username: "voter2"})
	if err != nil || len(page.Votes) != 1 || page.Pagination.Total != 1 {
		t.Fatalf("votes: %+v %v", page, err)
	}
	if _, err := e.hub.Do(t.Context(), actors.Call{Command: protocol.CreateSession{}}); codeOf(err) != protocol.CodeActiveSession {
		t.Fatal("a second active session:", err)
	}
	e.restart()
	st, err := e.hub.State(t.Context(), e.session)
	if err != nil || st.Seq != 7 || st.Tallies[0].Upvotes != 4 {
		t.Fatalf("state after restart: %+v %v", st, err)
	}
	s := do[protocol.Session](t, e.hub, protocol.CloseSession{ID: e.session})
	if s.IsActive || s.GamesPlayed != 1 {
		t.Fatalf("closed: %+v", s)
	}
	if _, err := e.vote("late", protocol.VoteUp); codeOf(err) != protocol.CodeNotFound {
		t.Fatal("vote after the end:", err)
	}
	do[protocol.DeletedSession](t, e.hub, protocol.DeleteSession{ID: e.session})
	if _, err := e.hub.State(t.Context(), e.session); codeOf(err) != protocol.CodeNotFound {
		t.Fatal("state of a deleted session:", err)
	}
	next := do[protocol.Session](t, e.hub, protocol.CreateSession{})
	if next.ID != e.session+1 {
		t.Fatal("ids are never reused:", next.ID)
	}
}
