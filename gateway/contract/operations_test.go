package contract_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// step is one request with its expected status.
type step struct {
	op     string
	status int
	params params
}

// steps go through the operations one after the other, in a hub that has just begun:
// what succeeds, and every refusal that the description shows for one operation alone.
// $now is a moment during the game that is being played.
func steps() []step {
	at := func(p params) params {
		for name, v := range map[string]any{"username": "ann", "vote": "up", "timestamp": "$now"} {
			if _, ok := p[name]; !ok {
				p[name] = v
			}
		}
		return p
	}
	line := func(name, message string) params {
		return params{"username": name, "message": message, "timestamp": "$now"}
	}
	game := params{"pack_name": "House", "title": "Charades", "min_players": 2, "max_players": 8}
	with := func(p params, name string, v any) params {
		out := params{name: v}
		for k, v := range p {
			if k != name {
				out[k] = v
			}
		}
		return out
	}
	const columns = "pack_name,title,min_players,max_players,length_minutes,has_audience,family_friendly,game_type,secondary_type\n"
	const charades = "House,Charades,4,20,30,0,1,Acting,\n"
	hook := params{"name": "Discord Bot", "url": "https://example.com/webhook", "secret": "mysecret123", "events": []string{"game.added"}}
	return []step{
		{"health.get", 200, nil},
		{"auth.verify", 200, nil},
		{"auth.login", 400, params{}},
		{"auth.login", 400, params{"": "[]"}},
		{"auth.login", 401, params{"key": "guess"}},

		{"games.list", 200, nil},
		{"games.list", 200, params{"enabled": true, "playerCount": 6, "drawing": "exclude", "length": "medium", "familyFriendly": true, "pack": "Jackbox Party Pack 7"}},
		{"games.list", 200, params{"limit": 2, "offset": 2}},
		{"games.list", 400, params{"playerCount": 100_001}},
		{"games.list", 400, params{"limit": 1001}},
		{"games.list", 400, params{"drawing": "some"}},
		{"games.list", 400, params{"length": "endless"}},
		{"games.list", 400, params{"enabled": "maybe"}},
		{"games.create", 201, game},
		{"games.create", 400, params{"title": "Charades"}},
		{"games.create", 400, with(game, "min_players", 9)},
		{"games.create", 400, with(game, "favor_bias", 2)},
		{"games.create", 400, with(game, "title", 7)},
		{"games.create", 400, with(game, "ticker", "A")},
		{"games.create", 409, with(game, "ticker", "qpl3")},
		{"games.packs", 200, nil},
		{"games.packs", 200, params{"limit": 2, "page": 2}},
		{"games.packs", 400, params{"limit": 1001}},
		{"games.packs.toggle", 200, params{"name": "House", "enabled": true}},
		{"games.packs.toggle", 400, params{"name": "House"}},
		{"games.packs.toggle", 404, params{"name": "Nobody's", "enabled": true}},
		{"games.packs.favor", 200, params{"name": "House", "favor_bias": 1}},
		{"games.packs.favor", 400, params{"name": "House", "favor_bias": 2}},
		{"games.packs.favor", 404, params{"name": "Nobody's", "favor_bias": 1}},
		{"games.packs.meta", 200, nil},
		{"games.packs.meta", 400, params{"limit": 1001}},
		{"games.get", 200, params{"id": 31}},
		{"games.get", 400, params{"id": "x"}},
		{"games.get", 404, params{"id": 999}},
		{"games.update", 200, params{"id": 73, "length_minutes": 20, "game_type": "Acting"}},
		{"games.update", 200, params{"id": 73, "length_minutes": nil}},
		{"games.update", 400, params{"id": 73, "min_players": 9}},
		{"games.update", 400, params{"id": 73, "length_minutes": "long"}},
		{"games.update", 200, params{"id": 73, "ticker": "chrd"}},
		{"games.update", 400, params{"id": 73, "ticker": "CHARADE-S"}},
		{"games.update", 409, params{"id": 73, "ticker": "QPL3"}},
		{"games.update", 404, params{"id": 999, "title": "X"}},
		{"games.toggle", 200, params{"id": 73}},
		{"games.toggle", 400, params{"id": 0}},
		{"games.toggle", 404, params{"id": 999}},
		{"games.favor", 200, params{"id": 73, "favor_bias": -1}},
		{"games.favor", 400, params{"id": 73, "favor_bias": 2}},
		{"games.favor", 404, params{"id": 999, "favor_bias": 1}},
		{"games.delete", 200, params{"id": 73}},
		{"games.delete", 400, params{"id": -1}},
		{"games.delete", 404, params{"id": 73}},
		{"games.export", 200, nil},
		{"games.import", 200, params{"csvData": columns + charades, "mode": "append"}},
		{"games.import", 200, params{"csvData": columns + charades}},
		{"games.import", 200, params{"csvData": "price,title,pack_name,min_players,max_players\n9,Charades,House,4,20\n"}},
		{"games.import", 400, nil},
		{"games.import", 400, params{"csvData": columns, "mode": "merge"}},
		{"games.import", 400, params{"csvData": 7}},
		{"games.import", 400, params{"csvData": "pack_name,title,max_players\nHouse,Chess,2\n"}},
		{"games.import", 400, params{"csvData": columns + charades + "House,Charades\n"}},
		{"games.import", 400, params{"csvData": columns + "House,Charades,some,20,30,0,1,Acting,\n"}},
		{"games.import", 200, params{"csvData": "Game Pack;Game Title;Min. Players;Max. Players;Price\nHouse;Charades;4;20;9\n"}},
		{"games.import", 400, params{"csvData": "title,pack_name,min_players,max_players,ticker\nCharades,House,4,20,qpl3\n"}},
		{"games.import", 400, params{"csvData": columns + strings.Repeat(charades, 10_000)}},
		{"games.export", 200, nil},

		{"sessions.active", 200, nil},
		{"sessions.active", 200, params{"format": "text"}},
		{"votes.live", 404, at(params{"timestamp": "2024-01-15T12:00:00Z"})},
		{"sessions.create", 201, params{"notes": "Friday"}},
		{"sessions.create", 400, nil},
		{"sessions.create", 400, params{"notes": 7}},
		{"sessions.list", 200, nil},
		{"sessions.list", 200, params{"limit": "all", "offset": -1}},
		{"sessions.list", 200, params{"cursor": "2", "limit": 1}},
		{"sessions.list", 400, params{"limit": 1001}},
		{"sessions.list", 400, params{"page": 0}},
		{"sessions.list", 400, params{"page": 2, "offset": 50}},
		{"sessions.get", 200, params{"id": 1}},
		{"sessions.get", 400, params{"id": "x"}},
		{"sessions.get", 404, params{"id": 9}},
		{"sessions.active", 200, nil},
		{"votes.live", 404, at(params{"timestamp": "2024-01-15T12:00:00Z"})}, // no game yet
		{"sessions.games.add", 201, params{"id": 1, "game_id": 70, "room_code": "abcd"}},
		{"sessions.games.add", 201, params{"id": 1, "game_id": 31, "manually_added": true}},
		{"sessions.games.add", 400, params{"id": 1}},
		{"sessions.games.add", 400, params{"id": 1, "game_id": 31, "room_code": "toolong"}},
		{"sessions.games.add", 404, params{"id": 1, "game_id": 999}},
		{"sessions.games.add", 404, params{"id": 9, "game_id": 31}},
		{"sessions.games", 200, params{"id": 1}},
		{"sessions.games", 200, params{"id": 1, "limit": 1}},
		{"sessions.games", 400, params{"id": "x"}},
		{"sessions.games", 404, params{"id": 9}},
		{"sessions.games.status", 200, params{"id": 1, "gameId": 10001, "status": "skipped"}},
		{"sessions.games.status", 400, params{"id": 1, "gameId": 10001, "status": "lost"}},
		{"sessions.games.status", 404, params{"id": 1, "gameId": 10009, "status": "played"}},
		{"sessions.games.status", 404, params{"id": 9, "gameId": 10001, "status": "played"}},
		{"sessions.games.start_player_check", 400, params{"id": 1, "gameId": 10002}}, // no room code
		{"sessions.games.room_code", 200, params{"id": 1, "gameId": 10002, "room_code": "wxyz"}},
		{"sessions.games.room_code", 400, params{"id": 1, "gameId": 10002}},
		{"sessions.games.room_code", 400, params{"id": 1, "gameId": 10002, "room_code": "toolong"}},
		{"sessions.games.room_code", 404, params{"id": 1, "gameId": 10009, "room_code": "wxyz"}},
		{"sessions.games.player_count", 200, params{"id": 1, "gameId": 10002, "player_count": 6}},
		{"sessions.games.player_count", 400, params{"id": 1, "gameId": 10002}},
		{"sessions.games.player_count", 400, params{"id": 1, "gameId": 10002, "player_count": 100_001}},
		{"sessions.games.player_count", 404, params{"id": 1, "gameId": 10009, "player_count": 6}},
		{"sessions.games.start_player_check", 200, params{"id": 1, "gameId": 10002}},
		{"sessions.games.start_player_check", 200, params{"id": 1, "gameId": 10002}},
		{"sessions.games.start_player_check", 400, params{"id": 1, "gameId": 10001}}, // it is over
		{"sessions.games.start_player_check", 400, params{"id": 1, "gameId": "x"}},
		{"sessions.games.start_player_check", 404, params{"id": 1, "gameId": 10009}},
		{"sessions.games.start_player_check", 404, params{"id": 9, "gameId": 10002}},
		{"sessions.games", 200, params{"id": 1}},
		{"sessions.games.stop_player_check", 200, params{"id": 1, "gameId": 10002}},
		{"sessions.games.stop_player_check", 400, params{"id": 1, "gameId": "x"}},
		{"sessions.games.stop_player_check", 404, params{"id": 1, "gameId": 10009}},
		{"sessions.games.stop_player_check", 404, params{"id": 9, "gameId": 10002}},
		{"sessions.games.remove", 400, params{"id": 1, "gameId": "x"}},
		{"sessions.games.remove", 404, params{"id": 1, "gameId": 10009}},
		{"games.pick", 200, params{"playerCount": 6, "drawing": "exclude", "length": "medium", "familyFriendly": true, "sessionId": 1, "excludePlayed": true}},
		{"games.pick", 200, nil},
		{"games.pick", 400, params{"drawing": "some"}},
		{"games.pick", 400, params{"length": "endless"}},
		{"games.pick", 400, params{"playerCount": 100_001}},
		{"games.pick", 404, params{"playerCount": 100_000}},
		{"games.pick", 404, params{"sessionId": 9}},

		{"sessions.votes", 200, params{"id": 1, "format": "text"}},
		{"votes.live", 200, at(params{})},
		{"votes.live", 200, at(params{"username": "cyd", "sessionId": 1})},
		{"votes.live", 400, params{"username": "ann"}},
		{"votes.live", 400, at(params{"vote": "sideways"})},
		{"votes.live", 400, at(params{"timestamp": "2090-01-01T00:00:00Z"})},
		{"votes.live", 400, at(params{"timestamp": "yesterday"})},
		{"votes.live", 200, at(params{"ticker": "qpl3", "username": "dan"})},
		{"votes.live", 400, at(params{"ticker": strings.Repeat("x", 65)})},
		{"votes.live", 404, at(params{"ticker": "none"})},
		{"votes.live", 404, at(params{"sessionId": 9})},
		{"votes.live", 404, at(params{"timestamp": "2024-01-15T12:00:00Z"})},
		{"votes.live", 409, at(params{"username": "ANN", "vote": "down"})},
		{"votes.batch", 200, params{"sessionId": 1, "votes": []any{at(params{"username": "bob", "vote": "down"}), at(params{}), params{}}}},
		{"votes.batch", 400, params{"votes": []any{}}},
		{"votes.list", 200, params{"session_id": 1, "game_id": 31, "username": "ANN", "vote_type": "up", "page": 1, "limit": 5}},
		{"votes.list", 400, params{"limit": 101}},
		{"votes.list", 400, params{"vote_type": "sideways"}},
		{"votes.list", 400, params{"page": 0}},
		{"votes.list", 200, params{"cursor": "1-7340033", "limit": 1}},
		{"votes.list", 400, params{"cursor": "1-07"}},
		{"sessions.chat_import", 200, params{"id": 1, "chatData": []any{line("cyd", "well, thisgame--!"), line("dan", ""), line("dan", "thisgame++ thisgame--")}}},
		{"sessions.chat_import", 200, params{"id": 1, "chatData": []any{}}},
		{"sessions.chat_import", 400, params{"id": 1}},
		{"sessions.chat_import", 400, params{"id": 1, "chatData": "all of it"}},
		{"sessions.chat_import", 400, params{"id": 1, "chatData": []any{line("dan", "hm"), params{"message": "hm", "timestamp": "$now"}}}},
		{"sessions.chat_import", 400, params{"id": 1, "chatData": []any{params{"username": "dan", "message": "hm", "timestamp": "yesterday"}}}},
		{"sessions.chat_import", 400, params{"id": 1, "chatData": []any{params{"username": "dan", "message": "hm", "timestamp": "2090-01-01T00:00:00Z"}}}},
		{"sessions.chat_import", 400, params{"id": "x"}},
		{"sessions.chat_import", 404, params{"id": 9, "chatData": []any{line("dan", "hm")}}},
		{"sessions.votes", 200, params{"id": 1}},
		{"sessions.votes", 400, params{"id": "x"}},
		{"sessions.votes", 404, params{"id": 9}},
		{"sessions.active", 200, params{"format": "text"}},
		{"sessions.export", 200, params{"id": 1}},
		{"sessions.export", 200, params{"id": 1, "format": "txt"}},
		{"sessions.export", 200, params{"id": 1, "format": "json"}},
		{"sessions.export", 400, params{"id": 1, "format": "xml"}},
		{"sessions.export", 400, params{"id": "x"}},
		{"sessions.export", 404, params{"id": 9}},
		{"stats.get", 200, nil},

		{"sessions.poll.get", 200, params{"id": 1}},
		{"sessions.poll.get", 200, params{"id": 1, "format": "text"}},
		{"sessions.poll.get", 400, params{"id": "x"}},
		{"sessions.poll.get", 404, params{"id": 9}},
		{"sessions.poll.vote", 409, params{"id": 1, "username": "ann", "choice": 1}}, // none yet
		{"sessions.poll.add", 404, params{"id": 1}},
		{"sessions.poll.add", 404, params{"id": 9}},
		{"sessions.poll.add", 400, params{"id": "x"}},
		{"sessions.poll.end", 409, params{"id": 1}},
		{"sessions.poll.end", 404, params{"id": 9}},
		{"sessions.poll.end", 400, params{"id": "x"}},
		{"sessions.poll.cancel", 409, params{"id": 1}},
		{"sessions.poll.cancel", 404, params{"id": 9}},
		{"sessions.poll.cancel", 400, params{"id": "x"}},
		{"sessions.poll.start", 400, params{"id": 1}},
		{"sessions.poll.start", 400, params{"id": 1, "count": 2, "game_ids": []any{}}},
		{"sessions.poll.start", 400, params{"id": 1, "count": 7}},
		{"sessions.poll.start", 400, params{"id": 1, "game_ids": []int{31}}},
		{"sessions.poll.start", 400, params{"id": 1, "game_ids": []int{31, 31}}},
		{"sessions.poll.start", 400, params{"id": 1, "count": 2, "seconds": 9}},
		{"sessions.poll.start", 404, params{"id": 9, "count": 2}},
		{"sessions.poll.start", 404, params{"id": 1, "game_ids": []int{31, 999}}},
		{"sessions.poll.start", 404, params{"id": 1, "count": 2, "playerCount": 100_000}},
		{"sessions.poll.start", 201, params{"id": 1, "count": 3, "playerCount": 6, "drawing": "exclude", "length": "short", "familyFriendly": true, "excludePlayed": true, "seconds": 90}},
		{"sessions.poll.add", 409, params{"id": 1}}, // open
		{"sessions.poll.cancel", 200, params{"id": 1}},
		{"sessions.poll.add", 409, params{"id": 1}}, // canceled
		{"sessions.poll.get", 200, params{"id": 1, "format": "text"}},
		{"sessions.poll.start", 201, params{"id": 1, "game_ids": []int{31, 70}}},
		{"sessions.poll.start", 409, params{"id": 1, "count": 2}},
		{"sessions.poll.vote", 200, params{"id": 1, "username": "ann", "choice": 2}},
		{"sessions.poll.vote", 200, params{"id": 1, "username": "ANN", "choice": 1, "poll_id": 1002}},
		{"sessions.poll.vote", 400, params{"id": 1, "choice": 1}},
		{"sessions.poll.vote", 400, params{"id": 1, "username": "ann"}},
		{"sessions.poll.vote", 400, params{"id": 1, "username": "ann", "choice": 3}},
		{"sessions.poll.vote", 400, params{"id": 1, "username": "ann", "choice": 1, "poll_id": -1}},
		{"sessions.poll.vote", 404, params{"id": 9, "username": "ann", "choice": 1}},
		{"sessions.poll.vote", 409, params{"id": 1, "username": "ann", "choice": 1, "poll_id": 1001}},
		{"sessions.poll.get", 200, params{"id": 1}},
		{"sessions.poll.get", 200, params{"id": 1, "format": "text"}},
		{"sessions.poll.end", 200, params{"id": 1}},
		{"sessions.poll.vote", 409, params{"id": 1, "username": "bob", "choice": 1}}, // over
		{"sessions.poll.get", 200, params{"id": 1}},
		{"sessions.poll.get", 200, params{"id": 1, "format": "text"}},
		{"sessions.poll.add", 201, params{"id": 1}},
		{"sessions.poll.add", 409, params{"id": 1}}, // added already

		{"sessions.delete", 400, params{"id": 1}},
		{"sessions.delete", 400, params{"id": "x"}},
		{"sessions.close", 400, params{"id": 1, "notes": 7}},
		{"sessions.games.remove", 200, params{"id": 1, "gameId": 10001}},
		{"sessions.close", 200, params{"id": 1, "notes": "Fine"}},
		{"sessions.close", 400, params{"id": 1}},
		{"sessions.close", 404, params{"id": 9}},
		{"sessions.games.add", 400, params{"id": 1, "game_id": 31}},
		{"sessions.poll.start", 400, params{"id": 1, "count": 2}},
		{"sessions.poll.add", 400, params{"id": 1}},
		{"sessions.games.status", 400, params{"id": 1, "gameId": 10002, "status": "playing"}},
		{"sessions.games.room_code", 400, params{"id": 1, "gameId": 10002, "room_code": "wxyz"}},
		{"sessions.games.player_count", 400, params{"id": 1, "gameId": 10002, "player_count": 6}},
		{"sessions.games.start_player_check", 400, params{"id": 1, "gameId": 10002}},
		{"sessions.games.stop_player_check", 400, params{"id": 1, "gameId": 10002}},
		{"sessions.games.remove", 400, params{"id": 1, "gameId": 10002}},
		{"sessions.delete", 200, params{"id": 1}},
		{"sessions.delete", 404, params{"id": 1}},
		{"sessions.create", 201, nil},

		{"webhooks.create", 201, hook},
		{"webhooks.create", 201, with(hook, "sessions", []any{})},
		{"webhooks.create", 400, params{"name": "Discord Bot"}},
		{"webhooks.create", 400, with(hook, "events", "game.added")},
		{"webhooks.create", 400, with(hook, "url", "example.com")},
		{"webhooks.create", 400, with(hook, "secret", "short")},
		{"webhooks.create", 400, with(hook, "url", "http://192.168.1.20:3001/hook")},
		{"webhooks.create", 400, with(hook, "events", []string{"game.over"})},
		{"webhooks.list", 200, nil},
		{"webhooks.list", 400, params{"limit": 1001}},
		{"webhooks.get", 200, params{"id": 1}},
		{"webhooks.get", 404, params{"id": "x"}},
		{"webhooks.get", 404, params{"id": 99}},
		{"webhooks.update", 200, params{"id": 1, "name": "Discord Bot Updated", "rate_limit": 60}},
		{"webhooks.update", 400, params{"id": 1}},
		{"webhooks.update", 400, params{"id": 1, "url": "example.com"}},
		{"webhooks.update", 400, params{"id": 1, "secret": "short"}},
		{"webhooks.update", 400, params{"id": 1, "url": "http://192.168.1.20:3001/hook"}},
		{"webhooks.update", 400, params{"id": 1, "events": "game.added"}},
		{"webhooks.update", 404, params{"id": 99, "name": "X"}},
		{"webhooks.rotate", 200, params{"id": 1, "secret": "mysecret456", "overlap": "12h"}},
		{"webhooks.rotate", 400, params{"id": 1}},
		{"webhooks.rotate", 404, params{"id": 99, "secret": "mysecret456"}},
		{"webhooks.test", 200, params{"id": 1}},
		{"webhooks.test", 404, params{"id": "x"}},
		{"webhooks.test", 404, params{"id": 99}},
		{"webhooks.health", 200, params{"id": 1}},
		{"webhooks.health", 404, params{"id": "x"}},
		{"webhooks.health", 404, params{"id": 99}},
		{"webhooks.logs", 200, params{"id": 1, "limit": 20}},
		{"webhooks.logs", 400, params{"id": 1, "limit": 1001}},
		{"webhooks.logs", 400, params{"id": 1, "cursor": "x"}},
		{"webhooks.logs", 404, params{"id": 99}},
		{"webhooks.deliveries", 200, params{"id": 1, "status": "dead", "limit": 5}},
		{"webhooks.deliveries", 400, params{"id": 1, "status": "lost"}},
		{"webhooks.deliveries", 400, params{"id": 1, "limit": 101}},
		{"webhooks.deliveries", 404, params{"id": 99}},
		{"webhooks.redeliver", 400, params{"id": 1, "deliveryId": "x"}},
		{"webhooks.redeliver", 404, params{"id": 99, "deliveryId": 1}},
		{"webhooks.redeliver", 404, params{"id": 1, "deliveryId": 999_999}},
		{"webhooks.replay", 200, params{"id": 1, "failed": true}},
		{"webhooks.replay", 200, params{"id": 1, "since": "2024-01-15T12:00:00Z"}},
		{"webhooks.replay", 400, params{"id": 1}},
		{"webhooks.replay", 404, params{"id": 99, "failed": true}},
		{"webhooks.replay.stop", 200, params{"id": 1}},
		{"webhooks.replay.stop", 404, params{"id": "x"}},
		{"webhooks.replay.stop", 404, params{"id": 99}},
		{"webhooks.delete", 200, params{"id": 1}},
		{"webhooks.delete", 404, params{"id": "x"}},
		{"webhooks.delete", 404, params{"id": 1}},

		{"tokens.create", 201, params{"role": "viewer", "name": "Overlay", "sessionId": 2, "expiresIn": "2d"}},
		{"tokens.create", 201, params{"role": "bot", "name": "Twitch", "expiresIn": 3600}},
		{"tokens.create", 400, params{"role": "admin", "name": "x"}},
		{"tokens.create", 400, params{"role": "bot"}},
		{"tokens.create", 400, params{"role": "bot", "name": "x", "expiresIn": "400d"}},
		{"tokens.create", 404, params{"role": "bot", "name": "x", "sessionId": 9}},
		{"tokens.list", 200, nil},
		{"tokens.list", 400, params{"limit": 1001}},
		{"qr.make", 200, params{"text": "http://localhost:5000/screen/3"}},
		{"qr.make", 400, params{"text": ""}},
		{"qr.make", 400, params{"text": strings.Repeat("x", 513)}},
		{"tokens.revoke", 200, params{"id": 1}},
		{"tokens.revoke", 400, params{"id": "x"}},
		{"tokens.revoke", 404, params{"id": 1}},
	}
}

// runSteps sends the requests of all steps.
func runSteps(h *testServer) {
	h.t.Helper()
	moment := ""
	for _, s := range steps() {
		if s.op == "sessions.games" && moment == "" {
			moment = now()
		}
		h.ask(s.op, settled(s.params, moment)).want(s.status)
	}
}

// settled inserts the time of a vote.
func settled(p params, moment string) params {
	out := params{}
	for name, v := range p {
		switch v := v.(type) {
		case params:
			out[name] = settled(v, moment)
		case []any:
			list := []any{}
			for _, e := range v {
				list = append(list, settled(e.(params), moment)) // votes
			}
			out[name] = list
		default:
			if out[name] = v; v == "$now" {
				out[name] = moment
			}
		}
	}
	return out
}

// allPlayed leaves the picker two games, then only one that was played.
func allPlayed(h *testServer) {
	h.t.Helper()
	h.ask("sessions.create", nil).want(201)
	h.ask("sessions.games.add", params{"id": 1, "game_id": 70}).want(201)
	for _, g := range h.list("games.list") {
		if id := int(g["id"].(float64)); id != 70 && id != 31 {
			h.ask("games.delete", params{"id": id}).want(200)
		}
	}
	h.ask("sessions.poll.start", params{"id": 1, "count": 2}).want(404) // 70 was played
	h.ask("games.delete", params{"id": 31}).want(200)
	h.ask("games.pick", params{"sessionId": 1, "excludePlayed": true}).want(404)
}

// otherSession uses a token that is for session 3.
func otherSession(h *testServer) {
	h.t.Helper()
	for id := 1; id <= 3; id++ {
		h.ask("sessions.create", nil).want(201)
		if id < 3 {
			h.ask("sessions.close", params{"id": id}).want(200)
		}
	}
	bot := "Bearer " + h.ask("tokens.create", params{"role": "bot", "name": "x", "sessionId": 3}).text("token")
	vote := params{"username": "ann", "vote": "up", "timestamp": now(), "sessionId": 1}
	h.ask("votes.live", vote, "Authorization", bot).want(403)
	h.ask("votes.batch", params{"votes": []any{vote}}, "Authorization", bot).want(403)
	h.ask("sessions.poll.vote", params{"id": 1, "username": "ann", "choice": 1}, "Authorization", bot).want(403)
}

// elevenLogins are one too many from one address.
func elevenLogins(h *testServer) {
	h.t.Helper()
	for range 10 {
		h.ask("auth.login", params{"key": "guess"}, "X-Forwarded-For", "203.0.113.7").want(401)
	}
	h.ask("auth.login", params{"key": adminKey}, "X-Forwarded-For", "203.0.113.7").want(429)
}

// plainPages are what is no operation of the table.
func plainPages(h *testServer) {
	h.t.Helper()
	for _, op := range []string{"ready", "metrics"} {
		h.ask(op, nil).want(200)
	}
	for _, op := range []string{"spec.openapi", "spec.openapi.json", "spec.asyncapi", "docs"} {
		kept(h, op, nil)
	}
	for _, file := range []string{"swagger-ui.css", "swagger-ui-bundle.js", "start.js"} {
		kept(h, "docs.file", params{"file": file})
	}
	h.ask("docs.file", params{"file": "secret.txt"}).want(404)
	screens(h)
}

// screens are the pages that people look at, and their parts.
func screens(h *testServer) {
	h.t.Helper()
	for _, op := range []string{"console", "screen", "overlay", "vote", "vote-without-code"} {
		p := params{"sessionId": 1, "code": "ABCD"}
		kept(h, op, p)
	}
	for _, op := range []string{"vote-link", "vote-qr"} {
		h.ask(op, params{"code": "qrx7f2"}).want(200)
		h.ask(op, params{"code": "nothing"}).want(404)
		h.ask(op, params{"code": "qrx7f2"}, "X-Forwarded-Host", strings.Repeat("x", 300)).want(400)
	}
	kept(h, "asset", params{"version": "old", "file": "theme.css"})
	h.ask("asset", params{"version": "old", "file": "secret.txt"}).want(404)
}

// kept asks for what a client keeps, and once more when it has it.
func kept(h *testServer, op string, p params) {
	h.t.Helper()
	first := h.ask(op, p)
	first.want(200)
	h.ask(op, p, "If-None-Match", first.header.Get("ETag")).want(304)
}

func TestEveningIsAsDescribed(t *testing.T) {
	t.Parallel()
	runSteps(newTestServer(t, checker(t), options{}).login())
}

// TestAVoteMayBeFromAnyZone: the description says that any offset is read.
func TestAVoteMayBeFromAnyZone(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, checker(t), options{}).login()
	h.ask("sessions.create", nil).want(201)
	h.ask("sessions.games.add", params{"id": 1, "game_id": 31}).want(201)
	at := time.Now().In(time.FixedZone("", 2*60*60)).Format("2006-01-02T15:04:05.999999999Z07:00")
	a := h.ask("votes.live", params{"username": "ann", "vote": "up", "timestamp": at})
	a.want(200)
	if strings.Contains(string(a.body), "+02:00") {
		t.Errorf("%s", a.body)
	}
}

// list is an answer that is a list of objects.
func (h *testServer) list(op string) []map[string]any {
	h.t.Helper()
	a := h.ask(op, nil)
	a.want(200)
	var all []map[string]any
	if err := json.Unmarshal(a.body, &all); err != nil {
		h.t.Fatal(err)
	}
	return all
}
