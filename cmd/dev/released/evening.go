package released

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
)

// crowd is how many vote in the long session, and changes how often the first webhook is
// changed: enough for a snapshot of each.
const crowd, changes = 2000, 2000

// first is played before the program is stopped and started again: catalogue, webhooks,
// tokens, a session that is closed and one that is deleted.
func (p *player) first(e *Evening) {
	p.catalogue()
	p.webhooks()
	p.tokens(e)
	p.changes()
	p.long()
	p.deleted()
}

// second is played after that, and the program is killed behind it.
func (p *player) second(e *Evening) {
	p.do("POST", "/api/sessions", body{"notes": "Second evening"})
	p.do("POST", "/api/sessions/3/games", body{"game_id": 31, "manually_added": true})
	join := p.do("PUT", "/api/sessions/3/join", body{"policy": "once"})
	e.Code, _ = join["code"].(string)
	phone := p.phone(e.Code, "Eve")
	p.as(phone, "POST", "/api/join/vote", body{"vote": "up"})
	p.as(p.bot, "POST", "/api/votes/live", vote("frank", "down"))
	p.do("PATCH", "/api/webhooks/1", body{"events": []string{"*"}})
	p.as(p.bot, "POST", "/api/votes/live", vote("hal", "up"))
	p.do("DELETE", "/api/webhooks/4", nil)
	p.quiet()
}

func (p *player) catalogue() {
	game := p.do("POST", "/api/games", body{"pack_name": "House", "title": "Charades", "min_players": 4, "max_players": 20})
	p.do("PUT", "/api/games/"+id(game), body{"length_minutes": 30, "game_type": "Acting"})
	p.do("PATCH", "/api/games/"+id(game)+"/favor", body{"favor_bias": 1})
	p.do("PATCH", "/api/games/5/toggle", nil)
	p.do("PATCH", "/api/games/packs/House/toggle", body{"enabled": true})
	p.do("PATCH", "/api/games/packs/House/favor", body{"favor_bias": -1})
	p.do("DELETE", "/api/games/6", nil)
	const columns = "pack_name,title,min_players,max_players,length_minutes,has_audience,family_friendly,game_type,secondary_type\n"
	p.do("POST", "/api/games/import/csv", body{"csvData": columns + "House,Taboo,4,10,20,0,1,Words,\n", "mode": "append"})
}

// webhooks makes one that is well, one that is failing and then disabled, one that is
// gone, and one that is deleted later. The first gets a test, and its secret is changed.
func (p *player) webhooks() {
	hook := func(name string, status int, events ...string) {
		p.do("POST", "/api/webhooks", body{"name": name, "url": fmt.Sprintf("%s/%s/%d", p.hooks, name, status), "secret": "mysecret123", "events": events})
	}
	hook("evening", 200, "session.started", "session.ended", "game.added", "session.join")
	hook("failing", 503, "session.started", "session.ended")
	hook("gone", 410, "session.started")
	hook("deleted", 200, "*")
	p.do("PATCH", "/api/webhooks/4", body{"sessions": []int{1, 2}, "rate_limit": 10_000})
	p.do("POST", "/api/webhooks/test/1", body{})
	p.do("POST", "/api/webhooks/1/rotate", body{"secret": "mysecret456", "overlap": "24h"})
}

// changes has several admins change the name of the first webhook again and again.
func (p *player) changes() {
	var hands sync.WaitGroup
	errs := make([]error, admins)
	for i := range admins {
		hands.Go(func() {
			for n := 0; n < changes/admins && errs[i] == nil; n++ {
				_, errs[i] = p.admin.call(p.ctx, "PATCH", "/api/webhooks/1", body{"name": "Evening"})
			}
		})
	}
	hands.Wait()
	p.err = errors.Join(append(errs, p.err)...)
}

// admins is how many do so at once, so that their changes share commits.
const admins = 40

func (p *player) tokens(e *Evening) {
	const year = "366d"
	bot := p.do("POST", "/api/auth/tokens", body{"role": "bot", "name": "Chat", "expiresIn": year})
	e.Bot, _ = bot["token"].(string)
	overlay := p.do("POST", "/api/auth/tokens", body{"role": "viewer", "name": "Overlay", "expiresIn": year})
	e.Overlay, _ = overlay["token"].(string)
	p.do("DELETE", "/api/auth/tokens/"+id(overlay), nil)
	p.bot = &client{base: p.admin.base, token: e.Bot, keyed: true}
}

// long is the session with everything in it.
func (p *player) long() {
	p.do("POST", "/api/sessions", body{"notes": "First evening"})
	p.do("POST", "/api/sessions/1/games", body{"game_id": 1, "room_code": "abcd"})
	p.do("POST", "/api/sessions/1/games", body{"game_id": 2})
	p.do("PATCH", "/api/sessions/1/games/10001/status", body{"status": "skipped"})
	p.do("POST", "/api/sessions/1/games", body{"game_id": 3, "room_code": "wxyz"})
	p.do("DELETE", "/api/sessions/1/games/10001", nil)
	p.do("PATCH", "/api/sessions/1/games/10003/room-code", body{"room_code": "qrst"})
	p.do("POST", "/api/sessions/1/games/10003/start-player-check", body{})
	p.do("POST", "/api/sessions/1/games/10003/stop-player-check", body{})
	p.do("PATCH", "/api/sessions/1/games/10003/player-count", body{"player_count": 6})
	p.votes()
	p.poll()
	p.do("POST", "/api/sessions/1/close", body{"notes": "First evening, over"})
}

func (p *player) votes() {
	p.as(p.bot, "POST", "/api/votes/live", vote("ann", "up"))
	p.refused("POST", "/api/votes/live", vote("ANN", "down"), http.StatusConflict)
	for from := 0; from < crowd; from += 500 {
		var votes []body
		for n := from; n < from+500; n++ {
			votes = append(votes, vote(fmt.Sprintf("v%d", n), []string{"up", "down", "up"}[n%3]))
		}
		p.as(p.bot, "POST", "/api/votes/batch", body{"sessionId": 1, "votes": votes})
	}
	p.do("POST", "/api/sessions/1/chat-import", body{"chatData": []body{
		{"username": "cyd", "message": "well, thisgame--!", "timestamp": stamp()},
		{"username": "dan", "message": "thisgame++", "timestamp": stamp()},
	}})
	join := p.do("PUT", "/api/sessions/1/join", body{"policy": "latest"})
	code, _ := join["code"].(string)
	phone := p.phone(code, "Bea")
	p.as(phone, "POST", "/api/join/vote", body{"vote": "up"})
	p.as(phone, "POST", "/api/join/vote", body{"vote": "down"})
}

// phone comes in with the code.
func (p *player) phone(code, name string) *client {
	entered := p.as(&client{base: p.admin.base}, "POST", "/api/join", body{"code": code, "name": name})
	token, _ := entered["token"].(string)
	return &client{base: p.admin.base, token: token}
}

// poll holds one that is canceled, and one whose winner is added.
func (p *player) poll() {
	p.do("POST", "/api/sessions/1/poll", body{"game_ids": []int{7, 8}})
	p.do("DELETE", "/api/sessions/1/poll", nil)
	p.do("POST", "/api/sessions/1/poll", body{"game_ids": []int{31, 70}})
	p.as(p.bot, "POST", "/api/sessions/1/poll/votes", body{"username": "ann", "choice": 2})
	p.as(p.bot, "POST", "/api/sessions/1/poll/votes", body{"username": "ann", "choice": 1})
	p.as(p.bot, "POST", "/api/sessions/1/poll/votes", body{"username": "bob", "choice": 1})
	p.do("POST", "/api/sessions/1/poll/end", body{})
	p.do("POST", "/api/sessions/1/poll/add", body{})
	p.do("DELETE", "/api/sessions/1/join", nil)
}

// deleted is a session whose totals stay.
func (p *player) deleted() {
	p.do("POST", "/api/sessions", body{"notes": "Deleted"})
	p.do("POST", "/api/sessions/2/games", body{"game_id": 3})
	p.as(p.bot, "POST", "/api/votes/live", vote("gus", "up"))
	p.do("POST", "/api/sessions/2/close", body{})
	p.do("DELETE", "/api/sessions/2", nil)
}

// quiet waits until nothing is on its way any more: the webhook that is well has told
// everything, the failing one is disabled, the gone one has disabled itself.
func (p *player) quiet() {
	p.do("POST", "/api/webhooks/1/replay", body{"since": "2020-01-01T00:00:00Z"})
	p.do("DELETE", "/api/webhooks/1/replay", nil)
	p.do("PATCH", "/api/webhooks/2", body{"enabled": false})
	p.until("webhook 1 does not catch up", func() bool {
		h := p.get("/api/webhooks/1/health")
		return p.err != nil || fmt.Sprint(h["queue_length"], h["redeliveries"], h["replaying"]) == "0 0 false"
	})
	p.until("webhook 3 is still enabled", func() bool {
		return p.err != nil || p.get("/api/webhooks/3")["enabled"] == false
	})
}
