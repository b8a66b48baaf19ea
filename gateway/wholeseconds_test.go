package gateway_test

import (
	"strings"
	"testing"

	"partyline/protocol"
)

// TestVoteWithWholeSecondsCountsForGameOfThatSecond: the first game begins in the middle
// of a second, and votes that are stamped with that second, without decimals, are for it,
// on every way in. What is told of them says the end of the second.
func TestVoteWithWholeSecondsCountsForGameOfThatSecond(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, _ := h.opened()
	token := h.admin()
	games := h.rest("sessions.games", token, params{"id": session})
	games.want(t, 200, "", "")
	begun := strings.Split(string(games.body), `"played_at":"`)[1][:len("2006-01-02T15:04:05")]
	stamp, end := begun+"Z", begun+".999Z"

	echoed := func(a answer) {
		t.Helper()
		a.want(t, 200, "", "")
		if got := a.object(t)["vote"].(map[string]any)["timestamp"]; got != end {
			t.Errorf("told as %v, want %s", got, end)
		}
	}
	echoed(h.rest("votes.live", token, params{"username": "ann", "vote": "up", "timestamp": stamp}))
	// A field that nobody knows takes the long way through the decoder.
	echoed(h.rest("votes.live", token, params{"username": "bob", "vote": "up", "timestamp": stamp, "extra": []int{1}}))
	k := h.dial()
	k.auth(token)
	k.say(params{"type": "request", "id": "1", "op": "votes.live", "data": params{"username": "cy", "vote": "up", "timestamp": stamp}})
	m := k.hear()
	if m["status"] != 200.0 || m["data"].(map[string]any)["vote"].(map[string]any)["timestamp"] != end {
		t.Errorf("by WebSocket: %v", m)
	}
	batch := h.rest("votes.batch", token, params{"votes": []params{{"username": "dan", "vote": "up", "timestamp": stamp}}})
	batch.want(t, 200, "", "")
	if batch.object(t)["accepted"] != 1.0 {
		t.Errorf("in a batch: %s", batch.body)
	}
	log := h.rest("sessions.chat_import", token, params{"id": session, "chatData": []params{
		{"username": "eve", "message": "thisgame++", "timestamp": stamp},
		{"username": "ann", "message": "thisgame++", "timestamp": stamp}, // she has voted by that
	}})
	log.want(t, 200, "", "")
	if o := log.object(t); o["votesProcessed"] != 1.0 || o["duplicatesSkipped"] != 1.0 {
		t.Errorf("in a chat log: %s", log.body)
	}
	tally := h.rest("sessions.votes", token, params{"id": session})
	if !strings.Contains(string(tally.body), `"total_votes":5`) {
		t.Errorf("counted %s", tally.body)
	}
	h.rest("votes.live", token, params{"username": "fay", "vote": "up", "timestamp": begun[:len(begun)-2] + "xxZ"}).want(t, 400, protocol.CodeInvalid, "")
}
