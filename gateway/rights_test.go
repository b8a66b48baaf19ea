package gateway_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"partyline/protocol"
)

// bearer is somebody who asks, and what the gateway should make of it by what an
// operation needs: 0 for let in.
type bearer struct {
	name, token           string
	anyone, vote, adminOp int
}

// bearers are all kinds of tokens against a session of id 1.
func bearers(t *testing.T, h *house) []bearer {
	revoked := h.scoped(protocol.RoleBot, 0)
	all := h.rest("tokens.list", h.admin(), nil)
	all.want(t, 200, "", "")
	h.rest("tokens.revoke", h.admin(), params{"id": 1}).want(t, 200, "", "")
	claims := jwt.MapClaims{"role": "admin", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
	return []bearer{
		{"nobody", "", 0, 401, 401},
		{"viewer", h.scoped(protocol.RoleViewer, 0), 0, 403, 403},
		{"bot", h.scoped(protocol.RoleBot, 0), 0, 0, 403},
		{"bot of the session", h.scoped(protocol.RoleBot, 1), 0, 0, 403},
		{"admin", h.admin(), 0, 0, 0},
		{"revoked", revoked, 403, 403, 403},
		{"expired", signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), jwt.MapClaims{"role": "admin", "exp": time.Now().Add(-time.Second).Unix()}), 403, 403, 403},
		{"without an end", signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), jwt.MapClaims{"role": "admin"}), 403, 403, 403},
		{"not yet valid", signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), jwt.MapClaims{"role": "admin", "nbf": time.Now().Add(time.Hour).Unix(), "exp": time.Now().Add(2 * time.Hour).Unix()}), 403, 403, 403},
		{"of another key", signed(t, jwt.SigningMethodHS256, []byte("another secret of thirty-two bytes"), claims), 403, 403, 403},
		{"alg none", signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims), 403, 403, 403},
		{"HS512", signed(t, jwt.SigningMethodHS512, []byte(jwtSecret), claims), 403, 403, 403},
		{"of no role", signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), jwt.MapClaims{"role": "king", "exp": claims["exp"]}), 403, 403, 403},
		{"bot without an id", signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), jwt.MapClaims{"role": "bot", "exp": claims["exp"]}), 403, 403, 403},
		{"bot never issued", signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), jwt.MapClaims{"role": "bot", "jti": "77", "exp": claims["exp"]}), 403, 403, 403},
		{"garbage", "garbage", 403, 403, 403},
	}
}

func signed(t *testing.T, method jwt.SigningMethod, key any, c jwt.MapClaims) string {
	t.Helper()
	s, err := jwt.NewWithClaims(method, c).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (b bearer) wanted(a protocol.Access) int {
	switch a {
	case protocol.AccessAnyone:
		return b.anyone
	case protocol.AccessVote:
		return b.vote
	default:
		return b.adminOp
	}
}

// check tells the errors of rights from those of the request itself: the requests
// of this test are sent without parameters.
func (b bearer) check(t *testing.T, op string, a answer, want int) {
	t.Helper()
	code := protocol.Code(a.text(t, "code"))
	rights := code == protocol.CodeUnauthenticated || code == protocol.CodeForbidden || code == protocol.CodeBadToken
	if (want != 0) != rights || (want != 0 && a.status != want) {
		t.Errorf("%s as %s: %d %s, want %d", op, b.name, a.status, a.body, want)
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
	h := newHouse(t)
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
	h := newHouse(t)
	h.opened()
	for _, b := range bearers(t, h) {
		k := h.dial()
		if b.name == "nobody" {
			k.request("games.list", nil).want(t, 401, "not_authenticated", "Not authenticated")
			continue
		}
		if b.anyone != 0 {
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

// TestATokenOfASessionStaysInIt covers both ways and both vote operations.
func TestATokenOfASessionStaysInIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
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
