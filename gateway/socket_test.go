package gateway_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

// wantMessage checks the fields that are named.
func wantMessage(t *testing.T, got, want params) {
	t.Helper()
	for name, v := range want {
		if d := cmp.Diff(v, got[name]); d != "" {
			t.Errorf("%s of %v (-want +got):\n%s", name, got, d)
		}
	}
}

func TestSocketErrorMessages(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	k := h.dial()
	before := []struct {
		say  any
		want params
	}{
		{params{"type": "ping"}, params{"type": "pong"}},
		{params{"type": "subscribe", "sessionId": 1}, params{"type": "error", "message": "Not authenticated", "code": "not_authenticated"}},
		{params{"type": "unsubscribe", "sessionId": 1}, params{"type": "error", "message": "Not authenticated"}},
		{params{"type": "auth"}, params{"type": "auth_error", "message": "Token required"}},
		{params{"type": "auth", "token": "forged"}, params{"type": "auth_error", "message": "Invalid or expired token", "code": "bad_token"}},
		{params{"type": "request", "id": "1", "op": "stats.get"}, params{"type": "response", "id": "1", "status": 401.0}},
		{`{"type":`, params{"type": "error", "message": "Invalid message format", "code": "malformed"}},
		{`[]`, params{"type": "error", "message": "Invalid message format"}},
		{`{}`, params{"type": "error", "message": "Invalid message format"}},
		{params{"type": "dance"}, params{"type": "error", "message": "Unknown message type: dance", "code": "unknown_type"}},
	}
	for _, c := range before {
		k.say(c.say)
		wantMessage(t, k.hear(), c.want)
	}
	k.auth(h.scoped(protocol.RoleViewer, 0))
	for _, c := range []struct {
		say  any
		want params
	}{
		{params{"type": "subscribe", "sessionId": 9}, params{"type": "error", "message": "Session not found", "sessionId": 9.0, "code": "not_found"}},
		{params{"type": "subscribe"}, params{"type": "error", "message": "sessionId must be a positive integer"}},
		{params{"type": "subscribe", "sessionId": "one"}, params{"type": "error", "message": "sessionId must be a number"}},
		{params{"type": "subscribe", "sessionId": 1, "mode": "loud"}, params{"type": "error", "message": `mode must be "events" or "tally"`}},
		{params{"type": "subscribe", "sessionId": 1, "since": 99}, params{"type": "error", "code": "invalid", "sessionId": 1.0}},
		{params{"type": "subscribe", "sessionId": 1, "since": -1}, params{"type": "error", "code": "invalid"}},
		{params{"type": "subscribe", "sessionId": 1}, params{"type": "subscribed", "sessionId": 1.0, "message": "Subscribed to session 1", "mode": "events", "seq": 2.0}},
		{params{"type": "unsubscribe", "sessionId": 1}, params{"type": "unsubscribed", "sessionId": 1.0, "message": "Unsubscribed from session 1"}},
		{params{"type": "unsubscribe"}, params{"type": "error", "message": "sessionId must be a positive integer"}},
		{params{"type": "auth", "token": "forged"}, params{"type": "auth_error"}},
		{params{"type": "ping"}, params{"type": "pong"}},
		{params{"type": strings.Repeat("x", 1000)}, params{"type": "error", "message": "Unknown message type: " + strings.Repeat("x", 64) + "…"}},
	} {
		k.say(c.say)
		wantMessage(t, k.hear(), c.want)
	}
}

func TestSocketRequests(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	k := h.dial()
	k.auth(h.admin())
	for _, c := range []struct {
		say, want params
	}{
		{params{"id": "a-1", "op": "health.get"}, params{"type": "response", "id": "a-1", "status": 200.0}},
		{params{"id": 17, "op": "health.get"}, params{"type": "response", "id": "17", "status": 200.0}},
		{params{"id": "a", "op": "health.get", "data": nil}, params{"type": "response", "status": 200.0}},
		{params{"id": "a", "op": "games.explode"}, params{"type": "response", "id": "a", "status": 404.0,
			"data": map[string]any{"error": "Unknown operation: games.explode", "code": "not_found"}}},
		{params{"id": "a", "op": 5}, params{"type": "response", "id": "a", "status": 400.0,
			"data": map[string]any{"error": "op must be a string", "code": "invalid"}}},
		{params{"id": "a", "op": "games.get", "data": []any{1}}, params{"type": "response", "id": "a", "status": 400.0,
			"data": map[string]any{"error": "Expected a JSON object", "code": "malformed"}}},
		{params{"op": "health.get"}, params{"type": "error", "message": "id must be a string of 1 to 64 bytes or a whole number"}},
		{params{"id": 1.5, "op": "health.get"}, params{"type": "error", "message": "id must be a string of 1 to 64 bytes or a whole number"}},
		{params{"id": strings.Repeat("x", 65), "op": "health.get"}, params{"type": "error", "code": "invalid"}},
	} {
		c.say["type"] = "request"
		k.say(c.say)
		wantMessage(t, k.hear(), c.want)
	}
}

// TestEventsReachSubscribers follows an evening from the lobby to its end.
func TestEventsReachSubscribers(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	k := h.dial()
	k.auth(token)
	k.request("sessions.create", params{"notes": "hello"})
	// The lobby's news may have come before the response: a fresh session shows.
	h.rest("sessions.create", token, params{"notes": "again"}).want(t, 201, "", "")
	wantMessage(t, k.hearType("session.started"), params{"type": "session.started"})
	k.say(params{"type": "subscribe", "sessionId": 1, "snapshot": true})
	sub := k.hearType("subscribed")
	if s, ok := sub["snapshot"].(map[string]any); !ok || s["seq"] != sub["seq"] {
		t.Fatal("no snapshot:", sub)
	}
	h.rest("sessions.games.add", token, params{"id": 1, "game_id": 1}).want(t, 201, "", "")
	h.rest("votes.live", token, params{"username": "ann", "vote": "up", "timestamp": now(), "sessionId": 1}).want(t, 200, "", "")
	h.rest("sessions.close", token, params{"id": 1}).want(t, 200, "", "")
	seq := sub["seq"].(float64)
	for _, kind := range []string{"game.added", "vote.received", "game.status", "session.ended"} {
		m := k.hear()
		for m["type"] == "session.started" {
			m = k.hear()
		}
		seq++
		wantMessage(t, m, params{"type": kind, "sessionId": 1.0, "seq": seq})
	}
	late := h.dial()
	late.auth(h.scoped(protocol.RoleViewer, 1))
	late.say(params{"type": "subscribe", "sessionId": 1, "since": 2})
	wantMessage(t, late.hear(), params{"type": "subscribed", "seq": seq})
	for n := 3.0; n <= seq; n++ {
		wantMessage(t, late.hear(), params{"seq": n})
	}
}

func TestTallyMode(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	k := h.dial()
	k.auth(h.scoped(protocol.RoleViewer, 0))
	k.say(params{"type": "subscribe", "sessionId": 1, "mode": "tally"})
	wantMessage(t, k.hear(), params{"type": "subscribed", "mode": "tally"})
	token := h.admin()
	for i := range 10 {
		h.rest("votes.live", token, params{"username": fmt.Sprint("v", i), "vote": "up", "timestamp": now()}).want(t, 200, "", "")
	}
	for {
		m := k.hear()
		if m["type"] != "tally" {
			t.Fatal("not a tally:", m)
		}
		if g := m["games"].([]any); len(g) > 0 && g[0].(map[string]any)["upvotes"] == 10.0 {
			return
		}
	}
}

// TestTallyModeSufficesForScreen: votes and everything else, on one socket, with
// nothing asked for in between.
func TestTallyModeSufficesForScreen(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	k, token := h.dial(), h.admin()
	k.auth(h.scoped(protocol.RoleViewer, 0))
	k.say(params{"type": "subscribe", "sessionId": 1, "mode": "tally", "snapshot": true})
	at := k.hear()["seq"].(float64)
	// shown reads until a message of the kind is as wanted; seq never goes back.
	shown := func(kind string, wanted func(state map[string]any) bool) {
		t.Helper()
		for {
			m := k.hear()
			seq := m["seq"].(float64)
			if seq < at || m["type"] != "tally" && m["type"] != kind {
				t.Fatalf("after %v: %v", at, m)
			}
			at = seq
			state := m
			if data, ok := m["data"].(map[string]any); ok {
				state = data
			}
			if m["type"] == kind && wanted(state) {
				return
			}
		}
	}
	game := func(state map[string]any, i int) map[string]any { return state["games"].([]any)[i].(map[string]any) }
	for i := range 7 {
		h.rest("votes.live", token, params{"username": fmt.Sprint("v", i), "vote": "up", "timestamp": now()}).want(t, 200, "", "")
	}
	shown("tally", func(state map[string]any) bool {
		latest := state["latest"].([]any)
		return game(state, 0)["session_upvotes"] == 7.0 && len(latest) == 5 && latest[0].(map[string]any)["username"] == "v6"
	})
	h.rest("sessions.games.room_code", token, params{"id": 1, "gameId": 10001, "room_code": "wxyz"}).want(t, 200, "", "")
	shown("snapshot", func(state map[string]any) bool { return game(state, 0)["room_code"] == "WXYZ" })
	h.rest("sessions.games.add", token, params{"id": 1, "game_id": 32}).want(t, 201, "", "")
	shown("snapshot", func(state map[string]any) bool { return len(state["games"].([]any)) == 2 })
	h.rest("votes.live", token, params{"username": "late", "vote": "down", "timestamp": now()}).want(t, 200, "", "")
	shown("tally", func(state map[string]any) bool { return game(state, 1)["session_downvotes"] == 1.0 })
	h.rest("sessions.close", token, params{"id": 1}).want(t, 200, "", "")
	shown("snapshot", func(state map[string]any) bool {
		return state["session"].(map[string]any)["is_active"] == false && len(state["latest"].([]any)) == 5
	})
	h.rest("sessions.delete", token, params{"id": 1}).want(t, 200, "", "")
	shown("session.deleted", func(map[string]any) bool { return true })
}

func TestRevokingATokenClosesItsSockets(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	k, other := h.dial(), h.dial()
	k.auth(h.scoped(protocol.RoleViewer, 0))
	other.auth(h.scoped(protocol.RoleViewer, 0))
	h.rest("tokens.revoke", h.admin(), params{"id": 1}).want(t, 200, "", "")
	if e := k.hearClose(); e.Code != websocket.StatusCode(protocol.CloseForbidden) {
		t.Error("closed with", e)
	}
	other.say(params{"type": "ping"})
	wantMessage(t, other.hear(), params{"type": "pong"})
}

func TestExpiredTokenClosesSocket(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	a := h.rest("tokens.create", h.admin(), params{"role": "viewer", "name": "short", "expiresIn": 2})
	a.want(t, 201, "", "")
	k := h.dial()
	k.auth(a.text(t, "token"))
	if e := k.hearClose(); e.Code != websocket.StatusCode(protocol.CloseForbidden) {
		t.Error("closed with", e)
	}
}

// TestFreshTokenReplacesExpiring: a socket lives longer than its first token.
func TestFreshTokenReplacesExpiring(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	k := h.dial()
	k.auth(h.scoped(protocol.RoleViewer, 0))
	k.request("votes.live", params{}).want(t, 403, "forbidden", "")
	k.auth(h.admin())
	k.request("votes.live", params{}).want(t, 400, "invalid", "")
	h.rest("tokens.revoke", h.admin(), params{"id": 1}).want(t, 200, "", "")
	k.say(params{"type": "ping"})
	wantMessage(t, k.hear(), params{"type": "pong"})
}

// TestFreshTokenMustCoverSubscriptions: else a token for one session would keep
// open what another one opened.
func TestFreshTokenMustCoverSubscriptions(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	h.opened()
	k, bound := h.dial(), h.dial()
	k.auth(h.scoped(protocol.RoleViewer, 0))
	k.say(params{"type": "auth", "token": h.scoped(protocol.RoleBot, 1)})
	wantMessage(t, k.hear(), params{"type": "error", "code": "forbidden"})
	bound.auth(h.scoped(protocol.RoleViewer, 1))
	bound.say(params{"type": "auth", "token": h.scoped(protocol.RoleViewer, 2)})
	wantMessage(t, bound.hear(), params{"type": "error", "code": "forbidden"})
	bound.auth(h.scoped(protocol.RoleBot, 1))
	bound.auth(h.scoped(protocol.RoleBot, 0))
}

// TestNoHandshake: what is no WebSocket gets an answer that a program can read.
func TestNoHandshake(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.send("GET", "/api/sessions/live", "", nil).want(t, 400, "invalid", "Expected a WebSocket handshake")
	if got := h.upgrade("Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "8"); got != 400 {
		t.Error("an old version:", got)
	}
	h.send("HEAD", "/api/sessions/live", "", nil).want(t, 400, "", "")
}

func TestThirtyTwoSubscriptions(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	k := h.dial()
	k.auth(h.scoped(protocol.RoleViewer, 0))
	for id := 1; id <= protocol.MaxSubscriptions+1; id++ {
		h.rest("sessions.create", token, nil).want(t, 201, "", "")
		h.rest("sessions.close", token, params{"id": id}).want(t, 200, "", "")
		k.say(params{"type": "subscribe", "sessionId": id})
		m := k.hear()
		for m["type"] == "session.started" {
			m = k.hear()
		}
		if id <= protocol.MaxSubscriptions {
			wantMessage(t, m, params{"type": "subscribed"})
		} else {
			wantMessage(t, m, params{"type": "error", "sessionId": float64(id)})
		}
	}
}

// TestAlternatingTokensDoNotRenewMessageLimit of a socket's messages.
func TestAlternatingTokensDoNotRenewMessageLimit(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	guest, viewer := h.guest(1, 0xa), h.scoped(protocol.RoleViewer, 1)
	k := h.dial()
	const turns, pings = 4, 90
	refused := 0
	for n := range 2 * turns {
		token := guest
		if n%2 == 1 {
			token = viewer
		}
		k.say(params{"type": "auth", "token": token})
		for range pings {
			k.say(params{"type": "ping"})
		}
		for range 1 + pings {
			switch m := k.hear(); {
			case m["code"] == "too_many_requests":
				refused++
			case m["type"] != "pong" && m["type"] != "auth_success":
				t.Fatal(m)
			}
		}
	}
	if refused == 0 {
		t.Errorf("%d messages were let through one after the other", 2*turns*pings)
	}
}
