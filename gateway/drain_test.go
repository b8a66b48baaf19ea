package gateway_test

import (
	"testing"
	"time"

	"github.com/coder/websocket"

	"partyline/protocol"
)

// What a socket has asked for before the server stops is answered before it is closed,
// however long the disk takes; what it asks for then is refused in words.
func TestRequestsUnderWayAreAnsweredBeforeClose(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	k := h.dial()
	k.auth(h.admin())
	h.journal.Hold()
	defer h.journal.Release()
	k.say(params{"type": "request", "id": "vote", "op": "votes.live", "data": params{"username": "ann", "vote": "up", "timestamp": now()}})
	k.say(params{"type": "request", "id": "game", "op": "games.create", "data": params{"pack_name": "P", "title": "T", "min_players": 1, "max_players": 8}})
	k.say(params{"type": "ping"})
	k.hearType("pong") // both have been read
	drained := make(chan error, 1)
	go func() { drained <- h.gateway.Drain(t.Context()) }()
	k.hearType("server.draining")
	k.say(params{"type": "request", "id": "late", "op": "games.list"})
	late := k.hearType("response")
	wantMessage(t, late, params{"id": "late", "status": 503.0})
	if body, _ := late["data"].(map[string]any); body["code"] != string(protocol.CodeDraining) {
		t.Errorf("a request behind the goodbye: %v", late)
	}
	select {
	case err := <-drained:
		t.Fatal("drained before the answers:", err)
	case <-time.After(100 * time.Millisecond): // ten times what lies between goodbye and close
	}
	h.journal.Release()
	statuses := map[any]any{}
	for range 2 {
		m := k.hearType("response")
		statuses[m["id"]] = m["status"]
	}
	if statuses["vote"] != 200.0 || statuses["game"] != 201.0 {
		t.Errorf("answered with %v", statuses)
	}
	if e := k.hearClose(); e.Code != websocket.StatusCode(protocol.CloseGoingAway) {
		t.Error("closed with", e)
	}
	if err := <-drained; err != nil {
		t.Error("drain:", err)
	}
}
