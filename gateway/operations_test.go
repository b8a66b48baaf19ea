package gateway_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

// step is one operation of an evening and what it should answer.
type step struct {
	op      string
	params  params
	status  int
	code    protocol.Code
	message string // of an error, when it is given
}

// firstGameAdded is the place of the evening's first game.added in the global order:
// behind the catalogue's nine facts and the session's beginning.
const firstGameAdded = 11

// columns is the header of a catalogue without what is optional.
const columns = "pack_name,title,min_players,max_players,length_minutes,has_audience,family_friendly,game_type,secondary_type\n"

// evening goes through every operation, the happy path and the errors that the
// contract names. Ids are those of a hub that has just begun.
func evening() []step {
	at := "2030-01-01T00:00:00Z"
	ok := func(op string, status int, p params) step { return step{op: op, params: p, status: status} }
	no := func(op string, status int, code protocol.Code, message string, p params) step {
		return step{op: op, params: p, status: status, code: code, message: message}
	}
	bias := "favor_bias must be 1 (favor), -1 (disfavor), or 0 (neutral)"
	return []step{
		ok("health.get", 200, nil),
		ok("auth.login", 200, params{"key": adminKey}),
		no("auth.login", 400, "invalid", "Admin key is required", params{}),
		no("auth.login", 401, "bad_key", "Invalid admin key", params{"key": "guess"}),
		ok("auth.verify", 200, nil),
		ok("stats.get", 200, nil),

		ok("games.list", 200, nil),
		ok("games.list", 200, params{"playerCount": 4, "drawing": "exclude", "length": "short", "familyFriendly": true, "enabled": true}),
		no("games.list", 400, "invalid", `length must be "short", "medium" or "long"`, params{"length": "endless"}),
		ok("games.packs", 200, nil),
		ok("games.packs.meta", 200, nil),
		ok("games.get", 200, params{"id": 1}),
		no("games.get", 404, "not_found", "Game not found", params{"id": 999}),
		ok("games.create", 201, params{"pack_name": "House", "title": "Charades", "min_players": 2, "max_players": 8}),
		no("games.create", 400, "invalid", "Missing required fields", params{"title": "Charades"}),
		no("games.create", 400, "invalid", "min_players must not be greater than max_players", params{"pack_name": "House", "title": "X", "min_players": 9, "max_players": 8}),
		ok("games.update", 200, params{"id": 73, "length_minutes": 20, "game_type": "Drawing"}),
		ok("games.update", 200, params{"id": 73, "length_minutes": nil}),
		no("games.update", 404, "not_found", "Game not found", params{"id": 999, "title": "X"}),
		ok("games.toggle", 200, params{"id": 73}),
		no("games.toggle", 404, "not_found", "Game not found", params{"id": 999}),
		ok("games.favor", 200, params{"id": 73, "favor_bias": -1}),
		no("games.favor", 400, "invalid", bias, params{"id": 73, "favor_bias": 2}),
		ok("games.packs.toggle", 200, params{"name": "House", "enabled": true}),
		no("games.packs.toggle", 400, "invalid", "", params{"name": "House"}),
		ok("games.packs.favor", 200, params{"name": "House", "favor_bias": 1}),
		no("games.packs.favor", 400, "invalid", bias, params{"name": "House"}),
		ok("games.delete", 200, params{"id": 73}),
		no("games.delete", 404, "not_found", "Game not found", params{"id": 73}),

		ok("sessions.active", 200, nil),
		no("votes.live", 404, "not_found", "No active session found", params{"username": "ann", "vote": "up", "timestamp": at}),
		ok("sessions.create", 201, params{"notes": "Friday"}),
		ok("sessions.list", 200, nil),
		ok("sessions.get", 200, params{"id": 1}),
		no("sessions.get", 404, "not_found", "Session not found", params{"id": 9}),
		ok("sessions.active", 200, nil),
		ok("sessions.games", 200, params{"id": 1}),
		no("sessions.games", 404, "not_found", "Session not found", params{"id": 9}),
		no("sessions.games.add", 400, "invalid", "game_id is required", params{"id": 1}),
		no("sessions.games.add", 404, "not_found", "Game not found", params{"id": 1, "game_id": 999}),
		ok("sessions.games.add", 201, params{"id": 1, "game_id": 2, "room_code": "abcd"}),
		ok("sessions.games.add", 201, params{"id": 1, "game_id": 3, "manually_added": true}),
		ok("sessions.games.room_code", 200, params{"id": 1, "gameId": 10002, "room_code": "wxyz"}),
		no("sessions.games.room_code", 400, "invalid", "", params{"id": 1, "gameId": 10002, "room_code": "toolong"}),
		ok("sessions.games.player_count", 200, params{"id": 1, "gameId": 10002, "player_count": 6}),
		no("sessions.games.player_count", 400, "invalid", "player_count is required", params{"id": 1, "gameId": 10002}),
		ok("sessions.games.start_player_check", 200, params{"id": 1, "gameId": 10002}),
		no("sessions.games.start_player_check", 400, "invalid", "Game is not being played", params{"id": 1, "gameId": 10001}),
		no("sessions.games.start_player_check", 404, "not_found", "Session game not found", params{"id": 1, "gameId": 10009}),
		ok("sessions.games.stop_player_check", 200, params{"id": 1, "gameId": 10002}),
		no("sessions.games.stop_player_check", 404, "not_found", "Session game not found", params{"id": 1, "gameId": 10009}),
		ok("sessions.games.status", 200, params{"id": 1, "gameId": 10001, "status": "skipped"}),
		no("sessions.games.status", 400, "invalid", "", params{"id": 1, "gameId": 10001, "status": "lost"}),
		no("sessions.games.status", 404, "not_found", "", params{"id": 1, "gameId": 10009, "status": "played"}),
		ok("sessions.games.remove", 200, params{"id": 1, "gameId": 10001}),
		ok("games.pick", 200, params{"playerCount": 4, "sessionId": 1, "excludePlayed": true}),
		no("games.pick", 404, "", "", params{"playerCount": 100_000}),

		no("votes.live", 400, "invalid", `vote must be either "up" or "down"`, params{"username": "ann", "vote": "sideways", "timestamp": at}),
		no("votes.live", 400, "invalid", "", params{"username": "ann", "vote": "up", "timestamp": at}),
		no("votes.live", 404, "not_found", "Vote timestamp does not match any game in the active session", params{"username": "ann", "vote": "up", "timestamp": "2020-01-01T00:00:00Z"}),
		ok("votes.live", 200, params{"username": "ann", "vote": "up", "timestamp": "$now"}),
		no("votes.live", 409, "duplicate_vote", "Duplicate vote detected (within 1 second of previous vote)", params{"username": "ANN", "vote": "down", "timestamp": "$now"}),
		ok("votes.batch", 200, params{"votes": []any{params{"username": "bob", "vote": "down", "timestamp": "$now"}, params{"username": "ann", "vote": "up", "timestamp": "$now"}, params{}}}),
		no("votes.batch", 400, "invalid", "", params{"votes": []any{}}),
		ok("votes.list", 200, params{"session_id": 1, "username": "ann", "vote_type": "up", "limit": 5}),
		no("votes.list", 400, "invalid", "limit must be between 1 and 100", params{"limit": 101}),
		ok("sessions.votes", 200, params{"id": 1}),
		ok("sessions.chat_import", 200, params{"id": 1, "chatData": []any{
			params{"username": "eve", "message": "hello", "timestamp": "$now"}, params{"username": "eve", "message": "thisgame++ (thisgame--)", "timestamp": "$now"}}}),
		ok("sessions.chat_import", 200, params{"id": 1, "chatData": []any{params{"username": "eve", "message": "thisgame++", "timestamp": "$now"}}}),
		no("sessions.chat_import", 400, "invalid", "chatData must be an array", params{"id": 1}),
		no("sessions.chat_import", 400, "invalid", "chatData[1].username is required", params{"id": 1, "chatData": []any{
			params{"username": "eve", "message": "thisgame++", "timestamp": "$now"}, params{"message": "x"}}}),
		no("sessions.chat_import", 400, "invalid", "chatData[0].timestamp must not be more than 60 seconds in the future", params{"id": 1, "chatData": []any{
			params{"username": "eve", "message": "x", "timestamp": "2090-01-01T00:00:00Z"}}}),
		no("sessions.chat_import", 404, "not_found", "Session not found", params{"id": 9, "chatData": []any{}}),
		ok("votes.list", 200, params{"session_id": 1, "username": "EVE"}),

		ok("sessions.export", 200, params{"id": 1}),
		ok("sessions.export", 200, params{"id": 1, "format": "json"}),
		no("sessions.export", 400, "invalid", `format must be "txt" or "json"`, params{"id": 1, "format": "xml"}),
		no("sessions.export", 404, "not_found", "Session not found", params{"id": 9}),

		ok("sessions.join.get", 200, params{"id": 1}),
		no("sessions.join.open", 400, "invalid", `policy must be "every", "latest" or "once"`, params{"id": 1, "policy": "never"}),
		ok("sessions.join.open", 200, params{"id": 1, "policy": "latest"}),
		no("sessions.join.open", 404, "not_found", "Session not found", params{"id": 9}),
		ok("sessions.join.get", 200, params{"id": 1}),
		no("sessions.join.get", 404, "not_found", "Session not found", params{"id": 9}),
		ok("join.enter", 200, params{"code": "222222", "name": " Ann "}),
		no("join.enter", 400, "invalid", "code is required", params{"name": "Ann"}),
		no("join.enter", 404, "not_found", "No session has this code", params{"code": "333333"}),
		no("join.enter", 404, "not_found", "No session has this code", params{"code": "I10"}),
		ok("join.vote", 200, params{"vote": "up", "gameId": 10002}),
		ok("join.vote", 200, params{"vote": "down"}),
		no("join.vote", 400, "invalid", `vote must be either "up" or "down"`, params{}),
		no("join.vote", 409, "conflict", "That game is over, another one is being played now", params{"vote": "up", "gameId": 10001}),
		ok("sessions.join.addresses", 200, params{"id": 1}),
		no("sessions.join.addresses", 404, "not_found", "Session not found", params{"id": 9}),
		no("sessions.join.void", 400, "invalid", "address must be 16 hexadecimal digits, or the 8 of a network", params{"id": 1, "address": "0"}),
		no("sessions.join.void", 404, "not_found", "Address not found", params{"id": 1, "address": "11111111"}),
		ok("sessions.join.void", 200, params{"id": 1, "address": "0000000000000000"}),
		no("join.vote", 403, "forbidden", "The host has removed the votes of this device; it cannot vote in this session any more", params{"vote": "up"}),
		ok("sessions.join.close", 200, params{"id": 1}),
		ok("sessions.join.close", 200, params{"id": 1}),
		no("sessions.join.close", 404, "not_found", "Session not found", params{"id": 9}),
		no("join.enter", 404, "not_found", "No session has this code", params{"code": "222222"}),

		ok("sessions.poll.get", 200, params{"id": 1}),
		no("sessions.poll.vote", 409, "conflict", "No poll is open", params{"id": 1, "username": "ann", "choice": 1}),
		ok("sessions.poll.start", 201, params{"id": 1, "game_ids": []any{1, 2}, "seconds": 3600}),
		no("sessions.poll.start", 409, "conflict", "A poll is already open", params{"id": 1, "count": 2}),
		ok("sessions.poll.vote", 200, params{"id": 1, "username": "ann", "choice": 2}),
		no("sessions.poll.vote", 400, "invalid", "choice must be between 1 and 2", params{"id": 1, "username": "ann", "choice": 3}),
		no("sessions.poll.vote", 400, "invalid", "username is required", params{"id": 1, "choice": 2}),
		ok("sessions.poll.get", 200, params{"id": 1}),
		ok("sessions.poll.end", 200, params{"id": 1}),
		no("sessions.poll.vote", 409, "conflict", "The poll is over", params{"id": 1, "username": "bob", "choice": 2}),
		ok("sessions.poll.add", 201, params{"id": 1}),
		no("sessions.poll.add", 409, "conflict", "The winner was already added", params{"id": 1}),
		ok("sessions.poll.start", 201, params{"id": 1, "count": 3, "seconds": 3600}),
		ok("sessions.poll.cancel", 200, params{"id": 1}),
		no("sessions.poll.cancel", 409, "conflict", "No poll is open", params{"id": 1}),

		no("sessions.delete", 400, "session_active", "Cannot delete an active session. Please close it first.", params{"id": 1}),
		ok("sessions.close", 200, params{"id": 1, "notes": "Fine"}),
		no("sessions.close", 400, "session_closed", "Session is already closed", params{"id": 1}),
		no("sessions.games.add", 400, "session_closed", "Cannot add games to a closed session", params{"id": 1, "game_id": 1}),
		ok("sessions.delete", 200, params{"id": 1}),
		no("sessions.delete", 404, "not_found", "Session not found", params{"id": 1}),
		ok("sessions.create", 201, params{}),
		ok("sessions.create", 201, nil),
		no("sessions.create", 400, "active_session", "", nil),

		ok("webhooks.create", 201, params{"name": "Discord Bot", "url": "https://example.com/webhook", "secret": "mysecret123", "events": []any{"game.added"}}),
		no("webhooks.create", 400, "invalid", "Missing required fields: name, url, secret, events", params{"name": "Discord Bot"}),
		no("webhooks.create", 400, "invalid", "events must be an array", params{"name": "x", "url": "https://example.com", "secret": "mysecret123", "events": "game.added"}),
		no("webhooks.create", 400, "invalid", "Invalid URL format", params{"name": "x", "url": "example", "secret": "mysecret123", "events": []any{"*"}}),
		ok("webhooks.list", 200, nil),
		ok("webhooks.get", 200, params{"id": 1}),
		no("webhooks.get", 404, "not_found", "Webhook not found", params{"id": 9}),
		ok("webhooks.update", 200, params{"id": 1, "name": "Discord Bot Updated", "url": "https://example.com/webhook-v2", "enabled": true}),
		no("webhooks.update", 400, "invalid", "No fields to update", params{"id": 1}),
		no("webhooks.update", 400, "invalid", "Invalid URL format", params{"id": 1, "url": "ftp://example.com"}),
		no("webhooks.update", 404, "not_found", "Webhook not found", params{"id": 9, "name": "x"}),
		ok("webhooks.rotate", 200, params{"id": 1, "secret": "mysecret456"}),
		no("webhooks.rotate", 400, "invalid", "secret is required", params{"id": 1}),
		ok("webhooks.test", 200, params{"id": 1}),
		no("webhooks.test", 404, "not_found", "Webhook not found", params{"id": 9}),
		ok("webhooks.logs", 200, params{"id": 1, "limit": 20}),
		no("webhooks.logs", 400, "invalid", "limit must be between 1 and 1000", params{"id": 1, "limit": 1001}),
		ok("webhooks.deliveries", 200, params{"id": 1, "status": "dead"}),
		ok("webhooks.redeliver", 200, params{"id": 1, "deliveryId": firstGameAdded}),
		no("webhooks.redeliver", 404, "not_found", "Delivery not found", params{"id": 1, "deliveryId": 1}),
		ok("webhooks.replay", 200, params{"id": 1, "since": "2020-01-01T00:00:00Z"}),
		no("webhooks.replay", 400, "invalid", `Give either "since" or "failed": true`, params{"id": 1}),
		ok("webhooks.replay.stop", 200, params{"id": 1}),
		ok("webhooks.health", 200, params{"id": 1}),
		ok("webhooks.delete", 200, params{"id": 1}),
		no("webhooks.delete", 404, "not_found", "Webhook not found", params{"id": 1}),

		ok("tokens.create", 201, params{"role": "viewer", "name": "Overlay", "expiresIn": "2d"}),
		no("tokens.create", 400, "invalid", `role must be "viewer" or "bot"`, params{"role": "admin", "name": "x"}),
		ok("tokens.list", 200, nil),
		ok("qr.make", 200, params{"text": "http://localhost:5000/screen/3"}),
		ok("tokens.revoke", 200, params{"id": 1}),
		no("tokens.revoke", 404, "not_found", "", params{"id": 1}),

		ok("games.export", 200, nil),
		ok("games.import", 200, params{"csvData": columns + "House,\"Charades, \"\"wild\"\"\",2,8,,0,1,Acting,\n"}),
		no("games.import", 400, "invalid", "csvData is required", params{}),
		no("games.import", 400, "invalid", `mode must be "append" or "replace"`, params{"csvData": columns, "mode": "merge"}),
		no("games.import", 400, "invalid", "line 2, column min_players: must be a whole number", params{"csvData": columns + "House,Charades,two,8,,0,1,Acting,\n"}),
		ok("games.import", 200, params{"csvData": columns + "House,Taboo,2,8,,0,1,Talking,\n", "mode": "replace"}),
		ok("games.export", 200, nil),
	}
}

// settle fills in the moment of a vote, the same for all of one evening.
func settle(v any, moment string) any {
	switch v := v.(type) {
	case params:
		out := params{}
		for k, e := range v {
			out[k] = settle(e, moment)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = settle(e, moment)
		}
		return out
	case string:
		if v == "$now" {
			return moment
		}
	}
	return v
}

func TestEveryOperationByREST(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token, guest, seen := h.admin(), "", map[string]bool{}
	moment := ""
	for i, s := range evening() {
		if moment == "" && s.op == "votes.live" && s.status == 200 {
			moment = now()
		}
		p, _ := settle(s.params, moment).(params)
		as := token
		if s.op == "join.vote" {
			if guest == "" {
				guest = h.guest(1, 0xa)
			}
			as = guest
		}
		a := h.rest(s.op, as, p)
		t.Run(fmt.Sprintf("%d %s", i, s.op), func(t *testing.T) { a.want(t, s.status, s.code, s.message) })
		seen[s.op] = seen[s.op] || s.status < 300
	}
	for _, row := range protocol.Operations() {
		if !seen[row.Op] {
			t.Errorf("no happy path for %s", row.Op)
		}
	}
}

// TestSocketAnswersLikeREST runs the same evening in two houses, one by REST, one by
// request frames: status and body must be the same but for moments, epochs and tokens.
func TestSocketAnswersLikeREST(t *testing.T) {
	t.Parallel()
	byREST, bySocket := newTestServer(t), newTestServer(t)
	token := byREST.admin()
	k, phone := bySocket.dial(), (*client)(nil)
	k.auth(bySocket.admin())
	guest := ""
	moment := ""
	for i, s := range evening() {
		if moment == "" && s.op == "votes.live" && s.status == 200 {
			moment = now()
		}
		p, _ := settle(s.params, moment).(params)
		as, from := token, k
		if s.op == "join.vote" {
			if guest == "" {
				guest = byREST.guest(1, 0xa)
				phone = bySocket.dial() // not sooner: it must authenticate within seconds
				phone.auth(bySocket.guest(1, 0xa))
			}
			as, from = guest, phone
		}
		a, b := byREST.rest(s.op, as, p), from.request(s.op, p)
		t.Run(fmt.Sprintf("%d %s", i, s.op), func(t *testing.T) {
			if a.status != b.status {
				t.Errorf("REST %d %s, socket %d %s", a.status, a.body, b.status, b.body)
			}
			byREST, bySocket := timeless(t, a.body, a.header), timeless(t, b.body, nil)
			if d := cmp.Diff(byREST, bySocket); d != "" {
				t.Errorf("-REST +socket\n%s", d)
			}
		})
	}
}

var (
	moments = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[0-9:.]+Z"`)
	tokens  = regexp.MustCompile(`"eyJ[^"]+"`)
	devices = regexp.MustCompile(`"device":"[^"]+"`)
	seconds = regexp.MustCompile(`"(iat|exp|remaining_ms)":\d+`)
	epochs  = regexp.MustCompile(`"epoch":"[a-z2-7]{16}"`)
	secrets = regexp.MustCompile(`([#?]s=)[A-Za-z0-9_-]{12}"`)
	clocks  = regexp.MustCompile(`\d\d:\d\d UTC`)
)

// timeless is a JSON value without what differs from run to run. A file that came by
// REST is the word that tells it in a frame, and one that is JSON is opened.
func timeless(t *testing.T, b []byte, header http.Header) any {
	t.Helper()
	if name, ok := strings.CutPrefix(header.Get("Content-Disposition"), "attachment; filename="); ok {
		told, err := json.Marshal(protocol.File{Filename: strings.Trim(name, `"`), ContentType: header.Get("Content-Type"), Content: string(b)})
		if err != nil {
			t.Fatal(err)
		}
		b = told
	}
	b = moments.ReplaceAll(b, []byte(`"moment"`))
	b = tokens.ReplaceAll(b, []byte(`"token"`))
	b = devices.ReplaceAll(b, []byte(`"device":"device"`))
	b = seconds.ReplaceAll(b, []byte(`"$1":0`))
	b = epochs.ReplaceAll(b, []byte(`"epoch":"epoch"`))
	b = secrets.ReplaceAll(b, []byte(`${1}secret"`))
	b = clocks.ReplaceAll(b, []byte(`00:00 UTC`))
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("not JSON: %q", b)
	}
	if f, ok := v.(map[string]any); ok && f["contentType"] == "application/json; charset=utf-8" {
		f["content"] = timeless(t, []byte(f["content"].(string)), nil)
	}
	return v
}
