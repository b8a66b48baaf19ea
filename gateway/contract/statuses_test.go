package contract_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"partyline/actors"
	"partyline/gateway"
	"partyline/gateway/api"
	"partyline/gateway/contract"
	"partyline/protocol"
)

// TestEveryDocumentedStatusIsSeen calls real servers until every operation was seen with every
// documented status and every documented error.
func TestEveryDocumentedStatusIsSeen(t *testing.T) {
	t.Parallel()
	c, err := contract.New()
	if err != nil {
		t.Fatal(err)
	}
	postman := newHeldSender()
	for _, part := range []struct {
		name    string
		options options
		run     func(*testServer)
	}{
		{"evening", options{}, runSteps},
		{"all played", options{}, allPlayed},
		{"other session", options{}, otherSession},
		{"rights", options{}, rights},
		{"bodies", options{}, bodies},
		{"keys", options{}, keys},
		{"keys in flight", options{}, keysInFlight},
		{"eleven logins", options{}, elevenLogins},
		{"party", options{}, guestErrors},
		{"crowd", options{gateway: func(o *gateway.Options) { o.JoinRate, o.GuestRate = 0.05, 0.02 }}, guestLimits},
		{"too many", options{gateway: func(o *gateway.Options) { o.TokenRate, o.ViewerRate, o.AddressRate = 0.01, 0.01, 0.01 }}, tooMany},
		{"plain pages", options{}, plainPages},
		{"no metrics", options{gateway: func(o *gateway.Options) { o.Metrics = nil }}, func(h *testServer) { h.ask("metrics", nil).want(404) }},
		{"our fault", options{gateway: func(o *gateway.Options) { o.Hub = faulty{now: o.Hub.Timeline()} }}, internalErrors},
		{"post", options{hub: func(o *actors.Options) { o.Sender = postman }}, deliveryErrors(postman)},
		{"disk full", options{}, diskFull},
		{"one at a time", options{hub: func(o *actors.Options) { o.MaxInFlight = 1 }}, oneAtATime},
		{"draining", options{}, draining},
		{"upgrades", options{gateway: func(o *gateway.Options) { o.ConnectRate = 0.02 }}, handshakes},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(newTestServer(t, c, part.options).login()) })
	}
	for _, missing := range c.Missing() {
		if op, _, _ := strings.Cut(strings.Replace(missing, ":", " ", 1), " "); pending[op] == "" {
			t.Error(missing)
		}
	}
}

// each calls do for every operation that is served.
func (h *testServer) each(do func(o contract.Operation)) {
	for _, o := range h.checker.Operations() {
		if pending[o.ID] == "" {
			do(o)
		}
	}
}

// has says whether the operation is described with the status.
func has(o contract.Operation, status string) bool {
	_, ok := o.Examples[status]
	return ok
}

// nothing fills the path with ids that do not exist.
func nothing(o contract.Operation) params {
	p := params{}
	for _, name := range []string{"id", "gameId", "deliveryId", "name", "file", "sessionId", "version", "code", "address"} {
		if strings.Contains(o.Path, "{"+name+"}") {
			p[name] = 999
		}
	}
	return p
}

// rights are looked at before anything else.
func rights(h *testServer) {
	viewer := "Bearer " + h.ask("tokens.create", params{"role": "viewer", "name": "x"}).text("token")
	h.joined()
	h.ask("games.list", nil, "X-Forwarded-Host", "evil.example").want(403)
	h.each(func(o contract.Operation) {
		h.ask(o.ID, nothing(o), "Origin", "https://elsewhere.example").want(403)
		if !strings.Contains(o.ID, ".") || strings.HasPrefix(o.ID, "spec.") || o.ID == "docs.file" {
			return // no operation: nobody asks who it is
		}
		if has(o, "401") && o.ID != "auth.login" {
			h.ask(o.ID, nothing(o), "Authorization", "Bearer garbage").want(403)
			h.ask(o.ID, nothing(o), "Authorization", "").want(401)
			lesser := viewer
			if accessOf(o.ID) == protocol.AccessWatch {
				lesser = "Bearer " + h.guest
			}
			h.ask(o.ID, nothing(o), "Authorization", lesser).want(403)
		}
	})
}

// tooMany asks for everything when the one request is used up that a stranger's address
// and a bot's token have, and the one page that an address has. It asks for all at the
// same time, because each refusal takes its time.
func tooMany(h *testServer) {
	stranger := []string{"X-Forwarded-For", "203.0.113.7", "Authorization", ""}
	bot := []string{"X-Forwarded-For", "203.0.113.8", "Authorization", "Bearer " + h.ask("tokens.create", params{"role": "bot", "name": "x"}).text("token")}
	h.ask("docs", nil, stranger...).want(200)
	const many = 1000
	measured := 0
	for ; measured < many && h.ask("metrics", nil, stranger...).status == http.StatusOK; measured++ {
		// they have a budget of their own, which fills in seconds
	}
	if measured == many {
		h.t.Error("nobody pays for measurements")
	}
	var asking sync.WaitGroup
	for _, who := range [][]string{stranger, bot} {
		h.ask("games.list", nil, who...).want(200)
		for _, row := range protocol.Operations() {
			asking.Go(func() { h.refused(row.Op, row.Op != "health.get", who...) })
		}
	}
	h.each(func(o contract.Operation) {
		if noOperation(o) {
			asking.Go(func() { h.refused(o.ID, o.ID != "ready", stranger...) })
		}
	})
	asking.Wait()
}

// refused asks for something and wants to be told that it is too much, but for what is
// never refused: a probe that is would end what lives.
func (h *testServer) refused(op string, refused bool, who ...string) {
	a := h.ask(op, nothing(h.operation(op)), who...)
	wait, _ := strconv.Atoi(a.header.Get("Retry-After"))
	switch {
	case !refused && a.status != http.StatusOK:
		h.t.Errorf("%s: %d", op, a.status)
	case refused && (a.status != http.StatusTooManyRequests || wait < 1):
		h.t.Errorf("%s: %d, Retry-After %q", op, a.status, a.header.Get("Retry-After"))
	}
}

// noOperation says that it is paid for as pages are.
func noOperation(o contract.Operation) bool {
	return accessOf(o.ID) == "" && o.ID != "live" && o.ID != "metrics"
}

func accessOf(op string) protocol.Access {
	for _, row := range protocol.Operations() {
		if row.Op == op {
			return row.Access
		}
	}
	return ""
}

// bodies that are too large, or not JSON.
func bodies(h *testServer) {
	h.joined()
	huge := strings.Repeat(" ", protocol.MaxImport+1)
	h.each(func(o contract.Operation) {
		if !has(o, "413") {
			return
		}
		p := nothing(o)
		p[""] = huge[:protocol.MaxBody+1]
		for _, row := range protocol.Operations() {
			if row.Op == o.ID && row.MaxBody > 0 {
				p[""] = huge[:row.MaxBody+1]
			}
		}
		h.ask(o.ID, p, "Expect", "100-continue").want(413)
		p[""] = "key=value"
		h.ask(o.ID, p, "Content-Type", "application/x-www-form-urlencoded").want(415)
	})
}

// keys of every write: what is no key, and a key that another request has used.
func keys(h *testServer) {
	h.ask("sessions.create", nil, "Idempotency-Key", "k").want(201)
	h.ask("sessions.create", params{"notes": "Another"}, "Idempotency-Key", "k").want(409)
	h.ask("sessions.games.add", params{"id": 1, "game_id": 12, "room_code": "QUIP"}).want(201)
	code := h.joined()
	h.voter()
	h.ask("sessions.poll.start", params{"id": 1, "count": 2}).want(201)
	at := now()
	vote := func(name string) params {
		return params{"username": name, "vote": "up", "timestamp": at, "sessionId": 1}
	}
	log := func(name string) params {
		return params{"id": 1, "chatData": []any{params{"username": name, "message": "thisgame++", "timestamp": at}}}
	}
	for _, p := range []struct {
		op            string
		status        int
		first, second params
	}{
		{"tokens.create", 201, params{"role": "bot", "name": "x"}, params{"role": "bot", "name": "y"}},
		{"games.create", 201, params{"pack_name": "P", "title": "T", "min_players": 1, "max_players": 2}, params{"pack_name": "P", "title": "U", "min_players": 1, "max_players": 2}},
		{"sessions.games.start_player_check", 200, params{"id": 1, "gameId": 10001}, params{"id": 1, "gameId": 10002}},
		{"sessions.games.stop_player_check", 200, params{"id": 1, "gameId": 10001}, params{"id": 1, "gameId": 10002}},
		{"games.update", 200, params{"id": 1, "title": "T"}, params{"id": 1, "title": "U"}},
		{"games.toggle", 200, params{"id": 1}, params{"id": 2}},
		{"games.favor", 200, params{"id": 1, "favor_bias": 1}, params{"id": 1, "favor_bias": 0}},
		{"games.packs.toggle", 200, params{"name": "P", "enabled": true}, params{"name": "P", "enabled": false}},
		{"games.packs.favor", 200, params{"name": "P", "favor_bias": 1}, params{"name": "P", "favor_bias": 0}},
		{"games.delete", 200, params{"id": 1}, params{"id": 2}},
		{"games.import", 200, valid("games.import"), params{"csvData": valid("games.import")["csvData"], "mode": "replace"}},
		{"sessions.games.add", 201, params{"id": 1, "game_id": 31}, params{"id": 1, "game_id": 70}},
		{"games.pick", 200, params{"playerCount": 4}, params{"playerCount": 5}},
		{"sessions.games.status", 200, params{"id": 1, "gameId": 10001, "status": "skipped"}, params{"id": 1, "gameId": 10001, "status": "played"}},
		{"sessions.games.room_code", 200, params{"id": 1, "gameId": 10001, "room_code": "ABCD"}, params{"id": 1, "gameId": 10001, "room_code": "WXYZ"}},
		{"sessions.games.player_count", 200, params{"id": 1, "gameId": 10001, "player_count": 6}, params{"id": 1, "gameId": 10001, "player_count": 7}},
		{"sessions.poll.cancel", 200, params{"id": 1}, params{"id": 2}},
		{"sessions.poll.start", 201, params{"id": 1, "count": 2}, params{"id": 1, "count": 3}},
		{"sessions.poll.vote", 200, params{"id": 1, "username": "ann", "choice": 1}, params{"id": 1, "username": "ann", "choice": 2}},
		{"sessions.poll.end", 200, params{"id": 1}, params{"id": 2}},
		{"sessions.poll.add", 201, params{"id": 1}, params{"id": 2}},
		{"votes.live", 200, vote("ann"), vote("bob")},
		{"votes.batch", 200, params{"votes": []any{vote("cyd")}}, params{"votes": []any{vote("dan")}}},
		{"sessions.chat_import", 200, log("eve"), log("fay")},
		{"join.enter", 200, params{"code": code, "name": "Ann"}, params{"code": code, "name": "Bob"}},
		{"join.vote", 200, params{"vote": "up"}, params{"vote": "down"}},
		{"sessions.join.void", 200, params{"id": 1, "address": "00000001"}, params{"id": 1, "address": "00000002"}},
		{"sessions.join.open", 200, params{"id": 1, "renew": true}, params{"id": 1}},
		{"sessions.join.close", 200, params{"id": 1}, params{"id": 2}},
		{"tokens.revoke", 200, params{"id": 1}, params{"id": 2}},
		{"webhooks.create", 201, hook("Discord Bot"), hook("Another")},
		{"webhooks.update", 200, params{"id": 1, "name": "X"}, params{"id": 1, "name": "Y"}},
		{"webhooks.test", 200, params{"id": 1}, params{"id": 2}},
		{"webhooks.rotate", 200, params{"id": 1, "secret": "mysecret456"}, params{"id": 1, "secret": "mysecret789"}},
		{"webhooks.replay", 200, params{"id": 1, "failed": true}, params{"id": 1, "since": at}},
		{"webhooks.replay.stop", 200, params{"id": 1}, params{"id": 2}},
		{"webhooks.delete", 200, params{"id": 1}, params{"id": 2}},
		{"sessions.games.remove", 200, params{"id": 1, "gameId": 10001}, params{"id": 1, "gameId": 10002}},
		{"sessions.close", 200, params{"id": 1}, params{"id": 1, "notes": "Fine"}},
		{"sessions.delete", 200, params{"id": 1}, params{"id": 2}},
	} {
		h.ask(p.op, p.first, "Idempotency-Key", "k").want(p.status)
		again := h.ask(p.op, p.first, "Idempotency-Key", "k")
		again.want(p.status)
		if again.header.Get("Idempotency-Replayed") != "true" {
			h.t.Errorf("%s: not replayed", p.op)
		}
		h.ask(p.op, p.second, "Idempotency-Key", "k").want(409)
	}
	h.ask("auth.verify", nil, "Idempotency-Key", "k").want(200)
	h.ask("auth.verify", nil, "Idempotency-Key", "k", "Authorization", "Bearer "+adminOf(h, time.Now().Add(-time.Hour))).want(409)
	h.ask("sessions.create", nil).want(201)
	h.ask("sessions.join.open", params{"id": 2}).want(200)
	h.guest = guestOf(h, 2, 0xa)
	h.each(func(o contract.Operation) {
		if has(o, "409") && o.ID != "auth.login" {
			h.ask(o.ID, works(o), "Idempotency-Key", "two words").want(400)
		}
	})
}

func hook(name string) params {
	return params{"name": name, "url": "https://example.com/webhook", "secret": "mysecret123", "events": []string{"game.added"}}
}

// valid are parameters with which a write gets as far as its key.
func valid(op string) params {
	switch op {
	case "tokens.create":
		return params{"role": "bot", "name": "x"}
	case "games.create":
		return params{"pack_name": "P", "title": "T", "min_players": 1, "max_players": 2}
	case "games.import":
		return params{"csvData": "pack_name,title,min_players,max_players,length_minutes,has_audience,family_friendly,game_type,secondary_type\nHouse,Charades,4,20,30,0,1,Acting,\n"}
	case "sessions.games.add":
		return params{"game_id": 31}
	case "sessions.chat_import":
		return params{"chatData": []any{}}
	case "sessions.poll.start":
		return params{"count": 2}
	case "sessions.poll.vote":
		return params{"username": "ann", "choice": 1}
	case "votes.live":
		return params{"username": "ann", "vote": "up", "timestamp": now()}
	case "votes.batch":
		return params{"votes": []any{params{}}}
	case "join.enter":
		return params{"code": "QRX7F2"}
	case "join.vote":
		return params{"vote": "up"}
	case "webhooks.create":
		return hook("Discord Bot")
	case "webhooks.rotate":
		return params{"secret": "mysecret456"}
	case "webhooks.replay":
		return params{"failed": true}
	}
	return nil
}

// adminOf is an admin token made at another time.
func adminOf(h *testServer, at time.Time) string {
	h.t.Helper()
	s, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"role": "admin", "epoch": h.journal.Epoch().ID, "iat": at.Unix(), "exp": at.Add(24 * time.Hour).Unix()}).SignedString([]byte(jwtSecret))
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// keysInFlight sends a request twice while no commit goes through: one of the two is
// told that the other is on its way.
func keysInFlight(h *testServer) {
	h.ask("sessions.create", nil).want(201)
	h.ask("sessions.games.add", params{"id": 1, "game_id": 31}).want(201)
	h.joined()
	for op, p := range map[string]params{
		"auth.login": {"key": adminKey},
		"join.vote":  {"vote": "up"},
		"votes.live": {"username": "ann", "vote": "up", "timestamp": now()},
	} {
		h.journal.Hold()
		answers := make(chan answer, 2)
		for range 2 {
			go func() { answers <- h.ask(op, p, "Idempotency-Key", "k") }()
		}
		(<-answers).want(409)
		h.journal.Release()
		(<-answers).want(200)
	}
}

// faulty is a hub that panics whatever it is asked, but for its timeline.
type faulty struct {
	api.Hub
	now protocol.Timeline
}

func (f faulty) Timeline() protocol.Timeline { return f.now }

func internalErrors(h *testServer) {
	h.token, h.guest = adminOf(h, time.Now()), guestOf(h, 1, 0xa)
	h.each(func(o contract.Operation) {
		if has(o, "500") {
			h.ask(o.ID, works(o), "Idempotency-Key", "k").want(500)
		}
	})
}

// works are parameters with which an operation gets as far as the hub.
func works(o contract.Operation) params {
	p := params{}
	for name := range nothing(o) {
		p[name] = 1
	}
	for _, more := range []params{valid(o.ID), reaching[o.ID]} {
		for name, v := range more {
			p[name] = v
		}
	}
	return p
}

var reaching = map[string]params{
	"auth.login":                  {"key": adminKey},
	"games.favor":                 {"favor_bias": 1},
	"games.packs.favor":           {"favor_bias": 1},
	"games.packs.toggle":          {"enabled": true},
	"sessions.join.void":          {"address": "00000001"},
	"sessions.games.status":       {"status": "played"},
	"sessions.games.room_code":    {"room_code": "ABCD"},
	"sessions.games.player_count": {"player_count": 6},
	"webhooks.update":             {"name": "X"},
}

// diskFull refuses writes.
func diskFull(h *testServer) {
	h.journal.Refuse(errors.New("disk full"))
	defer h.journal.Refuse(nil)
	h.ask("sessions.create", nil).want(503)
	h.ask("auth.login", params{"key": adminKey}, "Idempotency-Key", "k").want(503)
	h.ask("auth.verify", nil, "Idempotency-Key", "k").want(503)
	h.ask("ready", nil).want(503)
}

// oneAtATime has room for one command.
func oneAtATime(h *testServer) {
	h.journal.Hold()
	answers := make(chan answer, 2)
	for range 2 {
		go func() { answers <- h.ask("sessions.create", nil) }()
	}
	(<-answers).want(503)
	h.journal.Release()
	(<-answers).want(201)
}

// draining asks a hub that has closed. Logins and their like need no more of it than
// the journal.
func draining(h *testServer) {
	h.joined()
	h.close()
	h.each(func(o contract.Operation) {
		if has(o, "503") && o.ID != "live" && o.ID != "ready" && !strings.HasPrefix(o.ID, "auth.") {
			h.ask(o.ID, works(o), "Idempotency-Key", "k").want(503)
		}
	})
}

var handshake = []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}

// upgrades are the ways a WebSocket can begin and not begin.
func handshakes(h *testServer) {
	h.ask("live", nil).want(400)
	h.ask("live", nil, append(handshake, "Connection", "")...).want(426)
	h.ask("live", nil, append(handshake, "Sec-WebSocket-Key", "")...).want(400)
	from := append([]string{"X-Forwarded-For", "203.0.113.7"}, handshake...)
	h.ask("live", nil, from...).want(101)
	h.ask("live", nil, from...).want(429)
	if err := h.gateway.Drain(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.ask("live", nil, handshake...).want(503)
}
