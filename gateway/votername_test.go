package gateway_test

import (
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"partyline/protocol"
)

// TestInvisibleCharactersDoNotChangeVoter: names that look the same are one voter, live, in
// a batch, in a chat log and in a poll, and the screens are shown what can be seen.
func TestInvisibleCharactersDoNotChangeVoter(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, _ := h.opened()
	token := h.admin()
	k := h.dial()
	k.auth(token)
	at := now()
	vote := func(name string) params {
		return params{"username": name, "vote": "up", "timestamp": at}
	}
	first := h.rest("votes.live", token, vote("\u202eAnn\u200b\n"))
	first.want(t, 200, "", "")
	if name := first.object(t)["vote"].(map[string]any)["username"]; name != "Ann" {
		t.Errorf("the vote is of %q", name)
	}
	for _, name := range []string{"ann", "a\u200dnn", "ANN\ufeff", "an\u00adn"} {
		h.rest("votes.live", token, vote(name)).want(t, 409, "duplicate_vote", "")
		k.request("votes.live", vote(name)).want(t, 409, "duplicate_vote", "")
		batch := h.rest("votes.batch", token, params{"votes": []any{vote(name)}}).object(t)
		if batch["accepted"] != 0.0 {
			t.Errorf("%q in a batch: %v", name, batch)
		}
		log := h.rest("sessions.chat_import", token, params{"id": session, "chatData": []any{params{"username": name, "message": "thisgame++", "timestamp": at}}})
		if log.want(t, 200, "", ""); log.object(t)["duplicatesSkipped"] != 1.0 {
			t.Errorf("%q in a log: %s", name, log.body)
		}
		found := h.rest("votes.list", token, params{"username": name})
		if found.want(t, 200, "", ""); len(found.object(t)["votes"].([]any)) != 1 {
			t.Errorf("%q: %s", name, found.body)
		}
	}
	h.rest("votes.live", token, vote("\u200b")).want(t, 400, "invalid", "Missing required fields: username, vote, timestamp")
	h.rest("votes.list", token, params{"username": "\u200b"}).want(t, 400, "invalid", "username must not be invisible")

	h.rest("sessions.poll.start", token, params{"id": session, "game_ids": []int{1, 2}, "seconds": 3600}).want(t, 201, "", "")
	for _, name := range []string{"ann", "a\u200bnn", "ann\u2060"} {
		h.rest("sessions.poll.vote", token, params{"id": session, "username": name, "choice": 1}).want(t, 200, "", "")
	}
	if n := h.rest("sessions.poll.get", token, params{"id": session}).object(t)["total_votes"]; n != 1.0 {
		t.Errorf("%v votes in the poll", n)
	}
}

// TestNameOfOldTokenIsOneLine: a guest who came in before names were looked at so
// closely goes on, under a name that can be shown.
func TestNameOfOldTokenIsOneLine(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, _ := h.opened()
	h.guest(session, 0xa) // joining is open
	h.rest("sessions.poll.start", h.admin(), params{"id": session, "game_ids": []int{1, 2}, "seconds": 3600}).want(t, 201, "", "")
	for device, name := range map[int]string{0xa: "An\nn\u200b", 0xb: "\u200b"} {
		token := signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), h.guestClaims(session, protocol.DeviceID(device), jwt.MapClaims{"name": name}))
		h.rest("sessions.poll.vote", token, params{"id": session, "choice": 1}).want(t, 200, "", "")
		a := h.rest("join.vote", token, params{"vote": "up"})
		a.want(t, 200, "", "")
		want := map[int]string{0xa: "An n", 0xb: "Guest 000B"}[device]
		if got := a.object(t)["vote"].(map[string]any)["username"]; got != want {
			t.Errorf("%q votes as %q, want %q", name, got, want)
		}
	}
}
