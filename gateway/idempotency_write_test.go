package gateway_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

// TestKeyWorksForEveryWrite sends every PUT, PATCH and DELETE twice with one key, the
// second time by WebSocket: it is done once, and the answer is the first one.
func TestKeyWorksForEveryWrite(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, play := h.opened()
	past, _ := h.opened()
	token := h.admin()
	h.rest("sessions.close", token, params{"id": past}).want(t, 200, "", "")
	h.rest("votes.live", token, params{"username": "ann", "vote": "up", "timestamp": now(), "sessionId": session}).want(t, 200, "", "")
	h.rest("sessions.poll.start", token, params{"id": session, "game_ids": []int{1, 2}}).want(t, 201, "", "")
	h.rest("tokens.create", token, params{"role": "bot", "name": "x"}).want(t, 201, "", "")
	h.rest("webhooks.create", token, params{"name": "W", "url": "https://example.com/w", "secret": "mysecret123", "events": []string{"*"}}).want(t, 201, "", "")
	pack := h.rest("games.get", token, params{"id": 3}).text(t, "pack_name")
	k := h.dial()
	k.auth(token)
	tried := map[string]bool{}
	for _, c := range []struct {
		op string
		p  params
	}{
		{"games.update", params{"id": 1, "title": "Renamed"}},
		{"games.toggle", params{"id": 1}},
		{"games.favor", params{"id": 1, "favor_bias": 1}},
		{"games.packs.toggle", params{"name": pack, "enabled": false}},
		{"games.packs.favor", params{"name": pack, "favor_bias": -1}},
		{"games.delete", params{"id": 2}},
		{"sessions.games.status", params{"id": session, "gameId": play, "status": "skipped"}},
		{"sessions.games.room_code", params{"id": session, "gameId": play, "room_code": "abcd"}},
		{"sessions.games.player_count", params{"id": session, "gameId": play, "player_count": 5}},
		{"sessions.games.remove", params{"id": session, "gameId": play}},
		{"sessions.poll.cancel", params{"id": session}},
		{"sessions.join.open", params{"id": session, "renew": true}},
		{"sessions.join.close", params{"id": session}},
		{"sessions.delete", params{"id": past}},
		{"tokens.revoke", params{"id": 1}},
		{"webhooks.update", params{"id": 1, "name": "V"}},
		{"webhooks.replay.stop", params{"id": 1}},
		{"webhooks.delete", params{"id": 1}},
	} {
		tried[c.op] = true
		first := h.rest(c.op, token, c.p, "Idempotency-Key", "key-1")
		again := h.rest(c.op, token, c.p, "Idempotency-Key", "key-1")
		third := k.requestWith(params{"op": c.op, "key": "key-1", "data": c.p})
		if first.status != 200 || first.status != again.status || string(first.body) != string(again.body) || !cmp.Equal(first.object(t), third.object(t)) {
			t.Errorf("%s: first %d %s, again %d %s, by socket %d %s", c.op, first.status, first.body, again.status, again.body, third.status, third.body)
		}
		if first.header.Get("Idempotency-Replayed") != "" || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s: replayed: %v, then %v", c.op, first.header, again.header)
		}
		h.rest(c.op, token, c.p, "Idempotency-Key", "two words").want(t, 400, "invalid", "")
	}
	for _, row := range protocol.Operations() {
		if row.Write && row.Method != "POST" && !tried[row.Op] {
			t.Errorf("%s is not tried", row.Op)
		}
	}
	if h.rest("games.get", token, params{"id": 1}).object(t)["enabled"] != false {
		t.Error("toggled twice")
	}
}

// TestJoiningIsRenewedOnce: a host whose answer is lost sends it again, and the phones
// that have come in with the new code stay in.
func TestJoiningIsRenewedOnce(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	renew := func(key string) string {
		a := p.rest("sessions.join.open", p.admins, params{"id": p.session, "renew": true}, "Idempotency-Key", key)
		a.want(t, 200, "", "")
		return a.text(t, "code")
	}
	p.code = renew("key-1")
	guest, _ := p.phone("Ann")
	if code := renew("key-1"); code != p.code {
		t.Errorf("the code is %s, then %s", p.code, code)
	}
	p.rest("join.vote", guest, params{"vote": "up"}).want(t, 200, "", "")
	if code := renew("key-2"); code == p.code {
		t.Error("another key is another request")
	}
	p.rest("join.vote", guest, params{"vote": "down"}).want(t, 403, "", "")
}

// TestOmittedFieldIsNotNull: a key with a request that differs in nothing else is used
// for another request.
func TestOmittedFieldIsNotNull(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	h.rest("webhooks.create", token, params{"name": "W", "url": "https://example.com/w", "secret": "mysecret123", "events": []string{"*"}}).want(t, 201, "", "")
	for _, c := range []struct {
		op          string
		given, null params
	}{
		{"games.update", params{"id": 1, "title": "T"}, params{"id": 1, "title": "T", "game_type": nil}},
		{"webhooks.update", params{"id": 1, "name": "V"}, params{"id": 1, "name": "V", "sessions": nil}},
	} {
		h.rest(c.op, token, c.given, "Idempotency-Key", "k").want(t, 200, "", "")
		h.rest(c.op, token, c.null, "Idempotency-Key", "k").want(t, 409, "key_reused", "")
	}
}
