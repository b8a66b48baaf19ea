package contract_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"partyline/actors"
	"partyline/actors/rules/session"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// longAgo is a machine's clock that says what it was three months ago.
func longAgo() time.Time { return time.Now().AddDate(0, -3, 0) }

// oldJournal holds session 1, with three votes, which was closed three months ago.
func oldJournal(t *testing.T) *memory.Journal {
	t.Helper()
	j := memory.New(memory.Options{})
	h, err := actors.New(t.Context(), actors.Options{Journal: j, Now: longAgo})
	if err != nil {
		t.Fatal(err)
	}
	at := protocol.TimestampOf(longAgo()) + 10_000 // after the game was added
	for _, c := range []protocol.Command{
		protocol.CreateSession{}, protocol.AddGame{ID: 1, GameID: 31},
		&protocol.CastVote{SessionID: 1, Username: "ann", Vote: "up", Timestamp: at.VoteTimestamp()},
		&protocol.CastVote{SessionID: 1, Username: "bob", Vote: "up", Timestamp: at.VoteTimestamp()},
		&protocol.CastVote{SessionID: 1, Username: "cy", Vote: "down", Timestamp: at.VoteTimestamp()},
		protocol.CloseSession{ID: 1},
	} {
		if _, err := h.Do(t.Context(), actors.Call{Command: c}); err != nil {
			t.Fatalf("%T: %v", c, err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), messageTimeout)
	defer cancel()
	if err := h.Close(ctx); err != nil {
		t.Fatal(err)
	}
	return j
}

// foldSession folds the votes of session 1, as the hub does by itself in the background.
func (h *testServer) foldSession() {
	h.t.Helper()
	now := protocol.TimestampOf(time.Now())
	keep := protocol.Timestamp(session.MinKeepVotes.Milliseconds())
	if _, err := h.hub.Do(h.t.Context(), actors.Call{Command: session.FoldVotes{ID: 1, Keep: keep, Present: now, Votes: 3}}); err != nil {
		h.t.Fatal(err)
	}
}

// foldedSession has a screen see how the votes of an old session are folded, and then looks at
// the session in every way there is.
func foldedSession(t *testing.T, m *messages) {
	t.Helper()
	h := newTestServerOn(t, checker(t), options{}, oldJournal(t)).login()
	screen := h.dial(m)
	screen.send(params{"type": "auth", "token": h.token})
	screen.send(params{"type": "subscribe", "sessionId": 1, "since": 2})
	if s := screen.receive("subscribed"); s["reset"] != nil {
		t.Errorf("before: %v", s)
	}
	screen.receive("session.ended")
	before := h.get("sessions.votes", params{"id": 1}).body
	h.foldSession()
	folded := screen.receive("votes.folded")
	if data := folded["data"].(map[string]any); data["votes"] != 3.0 || folded["seq"] != 8.0 {
		t.Errorf("%v", folded)
	}
	for since, reset := range map[int]bool{0: true, 6: true, 7: false, 8: false} {
		late := h.dial(m)
		late.send(params{"type": "auth", "token": h.token})
		late.send(params{"type": "subscribe", "sessionId": 1, "since": since})
		if s := late.receive("subscribed"); (s["reset"] == true) != reset || (s["snapshot"] != nil) != reset {
			t.Errorf("since %d: %v", since, s)
		}
	}
	if at := h.get("sessions.get", params{"id": 1}).text("votes_folded_at"); at == "" {
		t.Error("the session does not say when")
	}
	if after := h.get("sessions.votes", params{"id": 1}).body; string(after) != string(before) {
		t.Errorf("votes by game are %s, and were %s", after, before)
	}
	h.wantFoldedExports()
	if page := string(h.get("votes.list", params{"session_id": 1}).body); !strings.Contains(page, `"votes":[]`) || !strings.Contains(page, `"total":0`) {
		t.Errorf("the history has %s", page)
	}
	log := []any{params{"username": "dan", "message": "thisgame++", "timestamp": protocol.TimestampOf(longAgo()).String()}}
	if a := h.ask("sessions.chat_import", params{"id": 1, "chatData": log}); a.status != 400 || a.text("code") != "session_closed" {
		t.Errorf("a chat log: %d %s", a.status, a.body)
	}
}

// get asks for what the server answers with 200.
func (h *testServer) get(op string, p params) answer {
	h.t.Helper()
	a := h.ask(op, p)
	a.want(200)
	return a
}

// wantFoldedExports wants both exports to say that they are not whole.
func (h *testServer) wantFoldedExports() {
	h.t.Helper()
	x := string(h.get("sessions.export", params{"id": 1, "format": "json"}).body)
	for _, part := range []string{`"votes_folded_at":"`, `"folded_votes":3`, `"votes":[]`, `"upvotes":2`} {
		if !strings.Contains(x, part) {
			h.t.Errorf("no %s in the export %s", part, x)
		}
	}
	if x := string(h.get("sessions.export", params{"id": 1}).body); !strings.Contains(x, "The single votes were folded into these totals on ") || strings.Contains(x, "ann") {
		h.t.Errorf("the report is\n%s", x)
	}
}
