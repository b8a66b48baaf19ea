package gateway_test

import "testing"

// TestTickerIsRefused: a vote that names another game than the one being played must not
// count for that one. It is refused by itself in a batch, and a chat log whole, as for any
// line that does not fit.
func TestTickerIsRefused(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, _ := h.opened()
	token := h.admin()
	k := h.dial()
	k.auth(token)
	const refusal = "ticker is not supported yet: a vote is for the game that was being played at its timestamp"
	vote := func(name string, more params) params {
		p := params{"username": name, "vote": "up", "timestamp": now()}
		for field, v := range more {
			p[field] = v
		}
		return p
	}
	for _, ticker := range []params{{"ticker": "QPL3"}, {"Ticker": "TMP2"}} {
		h.rest("votes.live", token, vote("ann", ticker)).want(t, 400, "invalid", refusal)
		k.request("votes.live", vote("ann", ticker)).want(t, 400, "invalid", refusal)
	}
	h.rest("votes.live", token, vote("ann", params{"ticker": 7})).want(t, 400, "invalid", "ticker must be a string")
	for name, none := range map[string]params{"bob": {"ticker": nil}, "cyd": {"ticker": ""}} {
		h.rest("votes.live", token, vote(name, none)).want(t, 200, "", "")
	}
	batch := h.rest("votes.batch", token, params{"votes": []any{vote("dan", params{"ticker": "QPL3"}), vote("eve", nil)}})
	batch.want(t, 200, "", "")
	results := batch.object(t)["results"].([]any)
	if first := results[0].(map[string]any); first["status"] != 400.0 || first["error"] != refusal || results[1].(map[string]any)["status"] != 200.0 {
		t.Errorf("%s", batch.body)
	}
	line := params{"username": "fay", "message": "thisgame++", "timestamp": now()}
	h.rest("sessions.chat_import", token, params{"id": session, "chatData": []any{line, vote("gil", params{"message": "thisgame++", "ticker": "QPL3"})}}).
		want(t, 400, "invalid", "chatData[1]."+refusal)
	games := h.rest("sessions.votes", token, params{"id": session}).object(t)["votes"].([]any)
	if up := games[0].(map[string]any)["upvotes"]; up != 3.0 {
		t.Errorf("%v votes, want those of bob, cyd and eve", up)
	}
}
