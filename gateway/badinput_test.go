package gateway_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"partyline/protocol"
)

// writes are the operations with a body, with parameters that fit.
func writes(session, play int) map[string]params {
	return map[string]params{
		"auth.login":                        {"key": adminKey},
		"tokens.create":                     {"role": "bot", "name": "x", "sessionId": session, "expiresIn": 60},
		"games.create":                      {"pack_name": "P", "title": "T", "min_players": 1, "max_players": 2, "length_minutes": 3, "has_audience": true, "game_type": "x"},
		"games.update":                      {"id": 1, "pack_name": "P", "title": "T", "min_players": 1, "max_players": 2, "enabled": true, "secondary_type": "x", "favor_bias": 1},
		"games.favor":                       {"id": 1, "favor_bias": 1},
		"games.packs.toggle":                {"name": "P", "enabled": true},
		"games.packs.favor":                 {"name": "P", "favor_bias": 1},
		"sessions.create":                   {"notes": "x"},
		"sessions.close":                    {"id": session, "notes": "x"},
		"sessions.games.add":                {"id": session, "game_id": 1, "manually_added": true, "room_code": "ABCD"},
		"sessions.games.status":             {"id": session, "gameId": play, "status": "played"},
		"sessions.games.room_code":          {"id": session, "gameId": play, "room_code": "ABCD"},
		"sessions.games.player_count":       {"id": session, "gameId": play, "player_count": 4},
		"sessions.games.start_player_check": {"id": session, "gameId": play},
		"sessions.games.stop_player_check":  {"id": session, "gameId": play},
		"sessions.chat_import":              {"id": session, "chatData": []any{}},
		"games.pick":                        {"playerCount": 4, "drawing": "only", "length": "short", "familyFriendly": true, "sessionId": session, "excludePlayed": true},
		"votes.live":                        {"username": "ann", "vote": "up", "timestamp": "2024-01-15T12:00:00Z", "sessionId": session},
		"votes.batch":                       {"sessionId": session, "votes": []any{}},
	}
}

// TestWrongTypesNameTheField gives each field of each write each type that it is not.
func TestWrongTypesNameTheField(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, play := h.opened()
	token := h.admin()
	k := h.dial()
	k.auth(token)
	for op, good := range writes(session, play) {
		for field, value := range good {
			if strings.Contains(operation(t, op).Path, "{"+field+"}") {
				continue
			}
			for _, bad := range []any{"text", 1.5, true, []any{"x"}, params{"a": 1}, 1e300} {
				if same(value, bad) {
					continue
				}
				p := maps.Clone(good)
				p[field] = bad
				for way, a := range map[string]answer{"REST": h.rest(op, token, p), "socket": k.request(op, p)} {
					if a.status != 400 || !strings.Contains(a.text(t, "error"), field) {
						t.Errorf("%s by %s with %s %v: %d %s", op, way, field, bad, a.status, a.body)
					}
				}
			}
		}
	}
}

// same says whether the two are of one JSON type, so that bad is not wrong by its type.
func same(good, bad any) bool {
	_, whole := good.(int)
	_, number := bad.(float64)
	if whole || number {
		return false // 1.5 and 1e300 fit no field of ours
	}
	return fmt.Sprintf("%T", good) == fmt.Sprintf("%T", bad)
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, play := h.opened()
	token := h.admin()
	for op, good := range writes(session, play) {
		row := operation(t, op)
		path := row.Path
		for name, v := range good {
			path = strings.ReplaceAll(path, "{"+name+"}", plainText(v))
		}
		for _, c := range []struct {
			name, body  string
			contentType string
			status      int
			code        protocol.Code
		}{
			{"cut off", `{"a":`, "application/json", 400, "malformed"},
			{"trailing garbage", `{} x`, "application/json", 400, "malformed"},
			{"a list", `[]`, "application/json", 400, "malformed"},
			{"a word", `nonsense`, "application/json", 400, "malformed"},
			{"not UTF-8", "{\"a\":\"\xff\xfe\"}", "application/json", 400, "malformed"},
			{"too deep", `{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "application/json", 400, "malformed"},
			{"not JSON by its type", `{}`, "text/plain", 415, "media_type"},
			{"no type", `{}`, "", 415, "media_type"},
			{"too large", `{"a":"` + strings.Repeat("x", int(max(protocol.MaxBody, row.MaxBody))) + `"}`, "application/json", 413, "too_large"},
		} {
			a := h.send(row.Method, path, token, c.body, "Content-Type", c.contentType)
			if a.status != c.status || a.text(t, "code") != string(c.code) || a.text(t, "error") == "" {
				t.Errorf("%s, %s: %d %s", op, c.name, a.status, a.body)
			}
		}
	}
}

func TestBodyWithoutLengthIsBounded(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	req, err := http.NewRequestWithContext(t.Context(), "POST", h.url+"/api/pick", struct{ *strings.Reader }{strings.NewReader(strings.Repeat(" ", protocol.MaxSmallBody+1))})
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	h.do(req).want(t, 413, "too_large", "")
}

func TestBadParameters(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	positive := " must be a positive integer"
	for _, c := range []struct{ path, message string }{
		{"/api/games/abc", "id" + positive},
		{"/api/games/0", "id" + positive},
		{"/api/games/-1", "id" + positive},
		{"/api/games/1.5", "id" + positive},
		{"/api/games/99999999999999999999", "id" + positive},
		{"/api/sessions/x", "id" + positive},
		{"/api/sessions/x/games", "id" + positive},
		{"/api/sessions/x/votes", "id" + positive},
		{"/api/games?playerCount=many", "playerCount" + positive},
		{"/api/games?playerCount=100001", "playerCount must be between 1 and 100000"},
		{"/api/games?enabled=yes", "enabled must be true or false"},
		{"/api/games?familyFriendly=1", "familyFriendly must be true or false"},
		{"/api/games?drawing=some", `drawing must be "only" or "exclude"`},
		{"/api/games?pack=%FF", "pack must be valid UTF-8"},
		{"/api/votes?page=0", "page" + positive},
		{"/api/votes?limit=500", "limit must be between 1 and 100"},
		{"/api/votes?vote_type=sideways", `vote_type must be "up" or "down"`},
		{"/api/votes?session_id=one", "session_id" + positive},
	} {
		h.send("GET", c.path, token, nil).want(t, 400, "invalid", c.message)
	}
	k := h.dial()
	k.auth(token)
	k.request("games.get", params{}).want(t, 400, "invalid", "id"+positive)
	k.request("games.get", params{"id": -1}).want(t, 400, "invalid", "id"+positive)
	k.request("games.get", params{"id": "1"}).want(t, 400, "invalid", "id must be a number")
	k.request("games.packs.toggle", params{"enabled": true}).want(t, 400, "invalid", "name is required")
}

func TestPathParameterOverridesBody(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	for _, id := range []any{2, "two", nil} {
		a := h.send("PATCH", "/api/games/1/favor", h.admin(), params{"id": id, "favor_bias": 1})
		a.want(t, 200, "", "")
	}
	if bias := h.rest("games.get", "", params{"id": 1}).object(t)["favor_bias"]; bias != 1.0 {
		t.Error("game 1 has bias", bias)
	}
	if bias := h.rest("games.get", "", params{"id": 2}).object(t)["favor_bias"]; bias != 0.0 {
		t.Error("game 2 has bias", bias)
	}
}
