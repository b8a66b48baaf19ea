package gateway_test

import (
	"strings"
	"testing"
)

// TestAKeyGivesTheFirstAnswerAgain goes through every kind of POST.
func TestAKeyGivesTheFirstAnswerAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
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

func TestAKeyIsForOneRequest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token := h.admin()
	p := params{"pack_name": "P", "title": "T", "min_players": 1, "max_players": 2}
	h.rest("games.create", token, p, "Idempotency-Key", "k").want(t, 201, "", "")
	p["title"] = "Another"
	h.rest("games.create", token, p, "Idempotency-Key", "k").want(t, 409, "key_reused", "")
	// Another operation and another principal have keys of their own.
	h.rest("tokens.create", token, params{"role": "bot", "name": "x"}, "Idempotency-Key", "k").want(t, 201, "", "")
}

// TestAKeyIsTheSameByBothWays: a client that loses its socket may ask again by REST,
// with its fields in another order.
func TestAKeyIsTheSameByBothWays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened()
	token := h.scoped("bot", 0)
	k := h.dial()
	k.auth(token)
	at := now()
	first := k.requestWith(params{"op": "votes.live", "key": "v-1", "data": params{"username": "ann", "vote": "up", "timestamp": at}})
	first.want(t, 200, "", "")
	again := h.send("POST", "/api/votes/live", token, `{ "timestamp":"`+at+`", "vote":"up","username":"ann" }`, "Idempotency-Key", "v-1")
	again.want(t, 200, "", "")
	if again.header.Get("Idempotency-Replayed") != "true" {
		t.Error("not replayed")
	}
	third := k.requestWith(params{"op": "votes.live", "key": "v-1", "data": params{"username": "ann", "vote": "up", "timestamp": at}})
	third.want(t, 200, "", "")
	h.rest("votes.live", token, params{"username": "ann", "vote": "up", "timestamp": at}).want(t, 409, "duplicate_vote", "")
}

func TestBadKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token := h.admin()
	for _, key := range []string{strings.Repeat("k", 129), "a b", "schlüssel"} {
		h.rest("games.pick", token, params{}, "Idempotency-Key", key).want(t, 400, "invalid", "")
	}
	h.rest("games.pick", token, params{}, "Idempotency-Key", strings.Repeat("k", 128)).want(t, 200, "", "")
	// A key on what is no POST means nothing.
	h.rest("games.list", token, nil, "Idempotency-Key", "a b").want(t, 200, "", "")
}
