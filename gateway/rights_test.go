package gateway_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"partyline/protocol"
)

// bearer is somebody who asks, and the operations that they are let in to. Rejected is
// somebody whose token does not hold: by REST it counts as none where none is needed, and
// they are told 403 everywhere else; a WebSocket refuses it.
type bearer struct {
	name, token string
	may         []protocol.Access
	rejected    bool
}

// bearers are all kinds of tokens against a session of id 1.
func bearers(t *testing.T, h *testServer) []bearer {
	revoked := h.scoped(protocol.RoleBot, 0)
	all := h.rest("tokens.list", h.admin(), nil)
	all.want(t, 200, "", "")
	h.rest("tokens.revoke", h.admin(), params{"id": 1}).want(t, 200, "", "")
	claims := jwt.MapClaims{"role": "admin", "epoch": h.epoch(), "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
	anyone := []protocol.Access{protocol.AccessAnyone}
	viewer := []protocol.Access{protocol.AccessAnyone, protocol.AccessWatch}
	bot := []protocol.Access{protocol.AccessAnyone, protocol.AccessWatch, protocol.AccessParticipate, protocol.AccessVote}
	guest := []protocol.Access{protocol.AccessAnyone, protocol.AccessGuest, protocol.AccessParticipate}
	list := []bearer{
		{name: "nobody", may: anyone},
		{name: "viewer", token: h.scoped(protocol.RoleViewer, 0), may: viewer},
		{name: "bot", token: h.scoped(protocol.RoleBot, 0), may: bot},
		{name: "bot of the session", token: h.scoped(protocol.RoleBot, 1), may: bot},
		{name: "guest", token: h.guest(1, 0xa), may: guest},
		{name: "admin", token: h.admin(), may: append(bot, protocol.AccessAdmin)},
	}
	for name, token := range map[string]string{
		"revoked":           revoked,
		"expired":           signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), jwt.MapClaims{"role": "admin", "epoch": h.epoch(), "exp": time.Now().Add(-time.Second).Unix()}),
		"without an end":    signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), jwt.MapClaims{"role": "admin", "epoch": h.epoch()}),
		"not yet valid":     signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), jwt.MapClaims{"role": "admin", "epoch": h.epoch(), "nbf": time.Now().Add(time.Hour).Unix(), "exp": time.Now().Add(2 * time.Hour).Unix()}),
		"of another key":    signed(t, jwt.SigningMethodHS256, []byte("another secret of thirty-two bytes"), claims),
		"alg none":          signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims),
		"HS512":             signed(t, jwt.SigningMethodHS512, []byte(jwtSecret), claims),
		"of no role":        signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), jwt.MapClaims{"role": "king", "epoch": h.epoch(), "exp": claims["exp"]}),
		"bot without an id": signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), jwt.MapClaims{"role": "bot", "epoch": h.epoch(), "exp": claims["exp"]}),
		"bot never issued":  signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), jwt.MapClaims{"role": "bot", "epoch": h.epoch(), "jti": "77", "exp": claims["exp"]}),
		"garbage":           "garbage",
	} {
		list = append(list, bearer{name: name, token: token, may: anyone, rejected: true})
	}
	for name, change := range map[string]jwt.MapClaims{
		"guest of another key":       nil,
		"guest of no session":        {"sessionId": 0},
		"guest of a negative one":    {"sessionId": -1},
		"guest without a device":     {"sub": ""},
		"guest of device 0":          {"sub": "0000000000000000"},
		"guest of a long device":     {"sub": "00000000000000001"},
		"guest of no generation":     {"generation": 0},
		"guest without a name":       {"name": ""},
		"guest with a token's id":    {"jti": "2"},
		"guest that has expired":     {"exp": time.Now().Add(-time.Second).Unix()},
		"guest of a generation gone": {"generation": 1 << 32},
	} {
		secret := jwtSecret
		if change == nil {
			secret = "another secret of thirty-two bytes"
		}
		list = append(list, bearer{name: name, token: signed(t, jwt.SigningMethodHS256, []byte(secret), h.guestClaims(1, 0xa, change)), may: anyone, rejected: true})
	}
	return list
}

// guestClaims are those of a guest's token, changed.
func (h *testServer) guestClaims(session int, device protocol.DeviceID, change jwt.MapClaims) jwt.MapClaims {
	c := jwt.MapClaims{"role": "guest", "name": "Ann", "sessionId": session, "sub": device.String(), "generation": 1, "epoch": h.epoch(),
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
	for name, v := range change {
		c[name] = v
	}
	return c
}

// guest is the token of a phone that has joined a session with its first code.
func (h *testServer) guest(session int, device protocol.DeviceID) string {
	h.t.Helper()
	h.rest("sessions.join.open", h.admin(), params{"id": session}).want(h.t, 200, "", "")
	s, err := jwt.NewWithClaims(jwt.SigningMethodHS256, h.guestClaims(session, device, nil)).SignedString([]byte(jwtSecret))
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func signed(t *testing.T, method jwt.SigningMethod, key any, c jwt.MapClaims) string {
	t.Helper()
	s, err := jwt.NewWithClaims(method, c).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wanted is the status that the bearer is refused with, 0 for let in.
func (b bearer) wanted(a protocol.Access) int {
	switch {
	case slices.Contains(b.may, a):
		return 0
	case b.token == "":
		return 401
	default:
		return 403
	}
}

// check tells the errors of rights from those of the request itself: the requests
// of this test are sent without parameters.
func (b bearer) check(t *testing.T, op string, a answer, want int) {
	t.Helper()
	code := protocol.Code(a.text(t, "code"))
	rights := code == protocol.CodeUnauthenticated || code == protocol.CodeForbidden || code == protocol.CodeBadToken
	if a.text(t, "error") == "This token is for session 1 only" && b.name == "bot of the session" {
		return // it may, but not there
	}
	if (want != 0) != rights || (want != 0 && a.status != want) {
		t.Errorf("%s as %s: %d %s, want %d", op, b.name, a.status, a.body, want)
	}
	if rights && b.rejected != (code == protocol.CodeBadToken) {
		t.Errorf("%s as %s: %s", op, b.name, a.body)
	}
	for code, sentence := range map[protocol.Code]string{protocol.CodeUnauthenticated: "Access token required",
		protocol.CodeBadToken: "Invalid or expired token", protocol.CodeForbidden: "Insufficient permissions"} {
		if a.text(t, "code") == string(code) && a.text(t, "error") != sentence {
			t.Errorf("%s as %s: %s", op, b.name, a.body)
		}
	}
}

// TestRightsByREST sends everybody to every operation: rights are looked at before anything else.
func TestRightsByREST(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	for _, b := range bearers(t, h) {
		for _, row := range protocol.Operations() {
			if b.name == "admin" && row.Write {
				continue // it would change things under the others; the evening shows that it may
			}
			a := h.rest(row.Op, b.token, nothing(row))
			if a.status < 300 {
				if b.wanted(row.Access) != 0 {
					t.Errorf("%s as %s is let in: %s", row.Op, b.name, a.body)
				}
				continue
			}
			b.check(t, row.Op, a, b.wanted(row.Access))
		}
	}
}

// nothing fills the path with ids of things that do not exist.
func nothing(row protocol.Operation) params {
	p := params{}
	for _, name := range []string{"id", "gameId", "name"} {
		if slot := "{" + name + "}"; strings.Contains(row.Path, slot) {
			p[name] = 999
		}
	}
	return p
}

func TestRightsBySocket(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	for _, b := range bearers(t, h) {
		k := h.dial()
		if b.name == "nobody" {
			k.request("games.list", nil).want(t, 401, "not_authenticated", "Not authenticated")
			continue
		}
		if b.rejected {
			k.say(params{"type": "auth", "token": b.token})
			if m := k.hear(); m["type"] != "auth_error" || m["message"] != "Invalid or expired token" {
				t.Errorf("auth as %s: %v", b.name, m)
			}
			k.request("games.list", nil).want(t, 401, "not_authenticated", "Not authenticated")
			continue
		}
		k.auth(b.token)
		for _, row := range protocol.Operations() {
			if b.name == "admin" && row.Write {
				continue
			}
			p := params{}
			for name := range nothing(row) {
				p[name] = 999
			}
			if _, ok := p["name"]; ok {
				p["name"] = "999"
			}
			if a := k.request(row.Op, p); a.status >= 300 {
				b.check(t, row.Op, a, b.wanted(row.Access))
			} else if b.wanted(row.Access) != 0 {
				t.Errorf("%s as %s is let in: %s", row.Op, b.name, a.body)
			}
		}
	}
}

// TestSessionTokenIsConfined covers both ways and both vote operations.
func TestSessionTokenIsConfined(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	h.opened() // the newest: where a vote without a session goes
	token := h.scoped(protocol.RoleBot, 1)
	k := h.dial()
	k.auth(token)
	vote := func(name string, session int) params {
		p := params{"username": name, "vote": "up", "timestamp": now()}
		if session != 0 {
			p["sessionId"] = session
		}
		return p
	}
	const sentence = "This token is for session 1 only"
	for i, ask := range []func(op string, p params) answer{k.request, func(op string, p params) answer { return h.rest(op, token, p) }} {
		ask("votes.live", vote("ann", 2)).want(t, 403, "forbidden", sentence)
		ask("votes.batch", params{"votes": []any{vote("bob", 2)}}).want(t, 403, "forbidden", sentence)
		ask("votes.batch", params{"sessionId": 2, "votes": []any{vote("bob", 0)}}).want(t, 403, "forbidden", sentence)
		a := ask("votes.live", vote(fmt.Sprint("cyd", i), 0))
		a.want(t, 200, "", "")
		if s := a.object(t)["session"].(map[string]any)["id"]; s != 1.0 {
			t.Errorf("the vote went to session %v", s)
		}
	}
	k.say(params{"type": "subscribe", "sessionId": 2})
	if m := k.hear(); m["type"] != "error" || m["code"] != "forbidden" || m["message"] != sentence || m["sessionId"] != 2.0 {
		t.Error("subscribe:", m)
	}
}

// TestEveryRoleAgainstEveryAccess: the whole of the rules, also those that no operation
// asks for.
func TestEveryRoleAgainstEveryAccess(t *testing.T) {
	t.Parallel()
	may := map[protocol.Role]string{"": "anyone", protocol.RoleGuest: "anyone guest participate", protocol.RoleViewer: "anyone watch",
		protocol.RoleBot: "anyone watch participate vote", protocol.RoleAdmin: "anyone watch participate vote admin", "king": "anyone"}
	for role, want := range may {
		var got []string
		for _, a := range protocol.AccessLevels() {
			if (protocol.Principal{Role: role}).May(a) {
				got = append(got, string(a))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q may %v, want %s", role, got, want)
		}
	}
}
