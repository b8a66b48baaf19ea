package released

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
)

// voters is how many vote in the long session, and changes how often the first webhook is
// changed: enough for a snapshot of each.
const voters, changes = 2000, 2000

// beforeRestart runs before the program is stopped and started again: catalogue, webhooks,
// tokens, a session that is closed and one that is deleted.
func (r *recorder) beforeRestart(recording *Recording) {
	r.catalogue()
	r.webhooks()
	r.tokens(recording)
	r.manyChanges()
	r.longSession()
	r.deletedSession()
}

// afterRestart runs after that, and the program is killed behind it.
func (r *recorder) afterRestart(recording *Recording) {
	r.do("POST", "/api/sessions", body{"notes": "Second evening"})
	r.do("POST", "/api/sessions/3/games", body{"game_id": 31, "manually_added": true})
	join := r.do("PUT", "/api/sessions/3/join", body{"policy": "once"})
	recording.Code, _ = join["code"].(string)
	phone := r.phone(recording.Code, "Eve")
	r.as(phone, "POST", "/api/join/vote", body{"vote": "up"})
	r.as(r.bot, "POST", "/api/votes/live", vote("frank", "down"))
	r.do("PATCH", "/api/webhooks/1", body{"events": []string{"*"}})
	r.as(r.bot, "POST", "/api/votes/live", vote("hal", "up"))
	r.do("DELETE", "/api/webhooks/4", nil)
	r.awaitIdle()
}

func (r *recorder) catalogue() {
	game := r.do("POST", "/api/games", body{"pack_name": "House", "title": "Charades", "min_players": 4, "max_players": 20})
	r.do("PUT", "/api/games/"+id(game), body{"length_minutes": 30, "game_type": "Acting"})
	r.do("PATCH", "/api/games/"+id(game)+"/favor", body{"favor_bias": 1})
	r.do("PATCH", "/api/games/5/toggle", nil)
	r.do("PATCH", "/api/games/packs/House/toggle", body{"enabled": true})
	r.do("PATCH", "/api/games/packs/House/favor", body{"favor_bias": -1})
	r.do("DELETE", "/api/games/6", nil)
	const columns = "pack_name,title,min_players,max_players,length_minutes,has_audience,family_friendly,game_type,secondary_type\n"
	r.do("POST", "/api/games/import/csv", body{"csvData": columns + "House,Taboo,4,10,20,0,1,Words,\n", "mode": "append"})
}

// webhooks creates one that succeeds, one that fails and is then disabled, one that answers
// 410, and one that is deleted later. The first gets a test, and its secret is changed.
func (r *recorder) webhooks() {
	hook := func(name string, status int, events ...string) {
		r.do("POST", "/api/webhooks", body{"name": name, "url": fmt.Sprintf("%s/%s/%d", r.receiverURL, name, status), "secret": "mysecret123", "events": events})
	}
	hook("evening", 200, "session.started", "session.ended", "game.added", "session.join")
	hook("failing", 503, "session.started", "session.ended")
	hook("gone", 410, "session.started")
	hook("deleted", 200, "*")
	r.do("PATCH", "/api/webhooks/4", body{"sessions": []int{1, 2}, "rate_limit": 10_000})
	r.do("POST", "/api/webhooks/test/1", body{})
	r.do("POST", "/api/webhooks/1/rotate", body{"secret": "mysecret456", "overlap": "24h"})
}

// manyChanges has several admins change the name of the first webhook again and again.
func (r *recorder) manyChanges() {
	var hands sync.WaitGroup
	errs := make([]error, admins)
	for i := range admins {
		hands.Go(func() {
			for n := 0; n < changes/admins && errs[i] == nil; n++ {
				_, errs[i] = r.admin.call(r.ctx, "PATCH", "/api/webhooks/1", body{"name": "Evening"})
			}
		})
	}
	hands.Wait()
	r.err = errors.Join(append(errs, r.err)...)
}

// admins is how many do so at once, so that their changes share commits.
const admins = 40

func (r *recorder) tokens(recording *Recording) {
	const year = "366d"
	bot := r.do("POST", "/api/auth/tokens", body{"role": "bot", "name": "Chat", "expiresIn": year})
	recording.Bot, _ = bot["token"].(string)
	overlay := r.do("POST", "/api/auth/tokens", body{"role": "viewer", "name": "Overlay", "expiresIn": year})
	recording.Overlay, _ = overlay["token"].(string)
	r.do("DELETE", "/api/auth/tokens/"+id(overlay), nil)
	r.bot = &client{base: r.admin.base, token: recording.Bot, idempotent: true}
}

// longSession is the session with everything in it.
func (r *recorder) longSession() {
	r.do("POST", "/api/sessions", body{"notes": "First evening"})
	r.do("POST", "/api/sessions/1/games", body{"game_id": 1, "room_code": "abcd"})
	r.do("POST", "/api/sessions/1/games", body{"game_id": 2})
	r.do("PATCH", "/api/sessions/1/games/10001/status", body{"status": "skipped"})
	r.do("POST", "/api/sessions/1/games", body{"game_id": 3, "room_code": "wxyz"})
	r.do("DELETE", "/api/sessions/1/games/10001", nil)
	r.do("PATCH", "/api/sessions/1/games/10003/room-code", body{"room_code": "qrst"})
	r.do("POST", "/api/sessions/1/games/10003/start-player-check", body{})
	r.do("POST", "/api/sessions/1/games/10003/stop-player-check", body{})
	r.do("PATCH", "/api/sessions/1/games/10003/player-count", body{"player_count": 6})
	r.votes()
	r.poll()
	r.do("POST", "/api/sessions/1/close", body{"notes": "First evening, over"})
}

func (r *recorder) votes() {
	r.as(r.bot, "POST", "/api/votes/live", vote("ann", "up"))
	r.expectStatus("POST", "/api/votes/live", vote("ANN", "down"), http.StatusConflict)
	for from := 0; from < voters; from += 500 {
		var votes []body
		for n := from; n < from+500; n++ {
			votes = append(votes, vote(fmt.Sprintf("v%d", n), []string{"up", "down", "up"}[n%3]))
		}
		r.as(r.bot, "POST", "/api/votes/batch", body{"sessionId": 1, "votes": votes})
	}
	r.do("POST", "/api/sessions/1/chat-import", body{"chatData": []body{
		{"username": "cyd", "message": "well, thisgame--!", "timestamp": stamp()},
		{"username": "dan", "message": "thisgame++", "timestamp": stamp()},
	}})
	join := r.do("PUT", "/api/sessions/1/join", body{"policy": "latest"})
	code, _ := join["code"].(string)
	phone := r.phone(code, "Bea")
	r.as(phone, "POST", "/api/join/vote", body{"vote": "up"})
	r.as(phone, "POST", "/api/join/vote", body{"vote": "down"})
}

// phone joins with the code.
func (r *recorder) phone(code, name string) *client {
	entered := r.as(&client{base: r.admin.base}, "POST", "/api/join", body{"code": code, "name": name})
	token, _ := entered["token"].(string)
	return &client{base: r.admin.base, token: token}
}

// poll runs one that is canceled, and one whose winner is added.
func (r *recorder) poll() {
	r.do("POST", "/api/sessions/1/poll", body{"game_ids": []int{7, 8}})
	r.do("DELETE", "/api/sessions/1/poll", nil)
	r.do("POST", "/api/sessions/1/poll", body{"game_ids": []int{31, 70}})
	r.as(r.bot, "POST", "/api/sessions/1/poll/votes", body{"username": "ann", "choice": 2})
	r.as(r.bot, "POST", "/api/sessions/1/poll/votes", body{"username": "ann", "choice": 1})
	r.as(r.bot, "POST", "/api/sessions/1/poll/votes", body{"username": "bob", "choice": 1})
	r.do("POST", "/api/sessions/1/poll/end", body{})
	r.do("POST", "/api/sessions/1/poll/add", body{})
	r.do("DELETE", "/api/sessions/1/join", nil)
}

// deletedSession is a session whose totals stay.
func (r *recorder) deletedSession() {
	r.do("POST", "/api/sessions", body{"notes": "Deleted"})
	r.do("POST", "/api/sessions/2/games", body{"game_id": 3})
	r.as(r.bot, "POST", "/api/votes/live", vote("gus", "up"))
	r.do("POST", "/api/sessions/2/close", body{})
	r.do("DELETE", "/api/sessions/2", nil)
}

// awaitIdle waits until nothing is under way any more: the webhook that succeeds has delivered
// everything, the failing one is disabled, the one that answers 410 has been disabled.
func (r *recorder) awaitIdle() {
	r.do("POST", "/api/webhooks/1/replay", body{"since": "2020-01-01T00:00:00Z"})
	r.do("DELETE", "/api/webhooks/1/replay", nil)
	r.do("PATCH", "/api/webhooks/2", body{"enabled": false})
	r.until("webhook 1 does not catch up", func() bool {
		h := r.get("/api/webhooks/1/health")
		return r.err != nil || fmt.Sprint(h["queue_length"], h["redeliveries"], h["replaying"]) == "0 0 false"
	})
	r.until("webhook 3 is still enabled", func() bool {
		return r.err != nil || r.get("/api/webhooks/3")["enabled"] == false
	})
}
