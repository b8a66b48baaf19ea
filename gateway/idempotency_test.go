package gateway_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestKeyReplaysFirstAnswer goes through every kind of POST.
func TestKeyReplaysFirstAnswer(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, _ := h.opened()
	token := h.admin()
	for op, p := range map[string]params{
		"auth.login":         {"key": adminKey},
		"auth.verify":        nil,
		"tokens.create":      {"role": "bot", "name": "x"},
		"games.create":       {"pack_name": "P", "title": "T", "min_players": 1, "max_players": 2},
		"games.pick":         {"playerCount": 4},
		"sessions.create":    {"notes": "once"},
		"sessions.games.add": {"id": session, "game_id": 5},
		"votes.live":         {"username": "ann", "vote": "up", "timestamp": now(), "sessionId": session},
		"votes.batch":        {"votes": []any{params{"username": "bob", "vote": "up", "timestamp": now(), "sessionId": session}}},
	} {
		t.Run(op, func(t *testing.T) {
			first := h.rest(op, token, p, "Idempotency-Key", "key-1")
			again := h.rest(op, token, p, "Idempotency-Key", "key-1")
			if first.status >= 300 || first.status != again.status || string(first.body) != string(again.body) {
				t.Fatalf("first %d %s, again %d %s", first.status, first.body, again.status, again.body)
			}
			if first.header.Get("Idempotency-Replayed") != "" || again.header.Get("Idempotency-Replayed") != "true" {
				t.Error("replayed:", first.header, again.header)
			}
			other := h.rest(op, token, p, "Idempotency-Key", "key-2")
			if other.header.Get("Idempotency-Replayed") != "" {
				t.Error("another key is another request")
			}
		})
	}
	if n := strings.Count(string(h.rest("sessions.list", token, nil).body), `"once"`); n > 2 {
		t.Errorf("%d sessions", n)
	}
}

func TestKeyIsForOneRequest(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	p := params{"pack_name": "P", "title": "T", "min_players": 1, "max_players": 2}
	h.rest("games.create", token, p, "Idempotency-Key", "k").want(t, 201, "", "")
	p["title"] = "Another"
	h.rest("games.create", token, p, "Idempotency-Key", "k").want(t, 409, "key_reused", "")
	// Another operation and another principal have keys of their own.
	h.rest("tokens.create", token, params{"role": "bot", "name": "x"}, "Idempotency-Key", "k").want(t, 201, "", "")
}

// TestKeyIsSharedByRESTAndSocket: a client that loses its socket may ask again by REST,
// with its fields in another order. It goes through all that is one vote.
func TestKeyIsSharedByRESTAndSocket(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	p.rest("sessions.poll.start", p.admins, params{"id": p.session, "game_ids": []int{1, 2, 3}, "seconds": 3600}).want(t, 201, "", "")
	guest, _ := p.phone("Ann")
	at, poll := now(), fmt.Sprintf("/api/sessions/%d/poll/votes", p.session)
	for _, c := range []struct {
		op, token   string
		data, other params
		path, body  string
	}{
		{"votes.live", p.scoped("bot", 0), params{"username": "ann", "vote": "up", "timestamp": at}, params{"username": "ann", "vote": "down", "timestamp": at},
			"/api/votes/live", `{ "timestamp":"` + at + `", "vote":"up","username":"ann" }`},
		{"join.vote", guest, params{"vote": "up", "gameId": p.play}, params{"vote": "down", "gameId": p.play},
			"/api/join/vote", fmt.Sprintf(`{"gameId":%d, "vote":"up"}`, p.play)},
		{"sessions.poll.vote", p.scoped("bot", p.session), params{"id": p.session, "username": "ann", "choice": 2}, params{"id": p.session, "username": "ann", "choice": 3},
			poll, `{"choice":2, "username":"ann"}`},
	} {
		k := p.dial()
		k.auth(c.token)
		first := k.requestWith(params{"op": c.op, "key": "v-1", "data": c.data})
		first.want(t, 200, "", "")
		again := p.send("POST", c.path, c.token, c.body, "Idempotency-Key", "v-1")
		again.want(t, 200, "", "")
		if again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s: not replayed", c.op)
		}
		third := k.requestWith(params{"op": c.op, "key": "v-1", "data": c.data})
		third.want(t, 200, "", "")
		if string(third.body) != string(first.body) {
			t.Errorf("%s: first %s, again %s", c.op, first.body, third.body)
		}
		k.requestWith(params{"op": c.op, "key": "v-1", "data": c.other}).want(t, 409, "key_reused", "")
		k.requestWith(params{"op": c.op, "key": "a b", "data": c.data}).want(t, 400, "invalid", "")
	}
	p.wantTally(2, 0)
	p.wantBallots(0, 1, 0)
	p.rest("votes.live", p.admins, params{"username": "ann", "vote": "up", "timestamp": at}).want(t, 409, "duplicate_vote", "")
}

func TestBadKeys(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	for _, key := range []string{strings.Repeat("k", 129), "a b", "schlüssel"} {
		h.rest("games.pick", token, params{}, "Idempotency-Key", key).want(t, 400, "invalid", "")
	}
	h.rest("games.pick", token, params{}, "Idempotency-Key", strings.Repeat("k", 128)).want(t, 200, "", "")
	// A key on what is no POST means nothing.
	h.rest("games.list", token, nil, "Idempotency-Key", "a b").want(t, 200, "", "")
}
