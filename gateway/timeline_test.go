package gateway_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// adoptedEpoch is that of a folder which a version without epochs has begun.
var adoptedEpoch = persistence.Epoch{ID: "adoptedadoptedad", Adopted: true, AdoptedAt: 1}

func newAdoptedHouse(t *testing.T) *testServer {
	t.Helper()
	return newTestServerOn(t, memory.New(memory.Options{Epoch: adoptedEpoch}))
}

// changed is a token of ours with other claims, nil for none, and a right signature.
func changed(t *testing.T, token string, change jwt.MapClaims) string {
	t.Helper()
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
		t.Fatal(err)
	}
	for name, v := range change {
		if claims[name] = v; v == nil {
			delete(claims, name)
		}
	}
	return signed(t, jwt.SigningMethodHS256, []byte(jwtSecret), claims)
}

// wantRefused wants a token to let nobody in, by neither way.
func (h *testServer) wantRefused(what, token string) {
	h.t.Helper()
	for _, op := range []string{"votes.live", "join.vote", "sessions.create"} {
		if a := h.rest(op, token, nil); a.status != 403 || a.text(h.t, "code") != "bad_token" {
			h.t.Errorf("%s: %s: %d %s", what, op, a.status, a.body)
		}
	}
	k := h.dial()
	k.say(params{"type": "auth", "token": token})
	if m := k.hear(); m["type"] != "auth_error" || m["code"] != "bad_token" {
		h.t.Errorf("%s: %v", what, m)
	}
}

// wantHeld wants a token to let somebody in, by both ways.
func (h *testServer) wantHeld(what, token string) {
	h.t.Helper()
	if a := h.rest("votes.live", token, nil); a.status == 401 || a.text(h.t, "code") == "bad_token" {
		h.t.Errorf("%s: %d %s", what, a.status, a.body)
	}
	h.dial().auth(token)
}

// issued are tokens of each kind, by name. In two new houses they have the same ids,
// sessions and generations.
func (h *testServer) issued() map[string]string {
	h.opened()
	return map[string]string{
		"admin": h.admin(), "bot": h.scoped(protocol.RoleBot, 0), "viewer of a session": h.scoped(protocol.RoleViewer, 1), "guest": h.guest(1, 0xa),
	}
}

// TestTokensAreForOneTimeline: the secret is kept while the folder is restored or
// made anew, where the same ids are given to others.
func TestTokensAreForOneTimeline(t *testing.T) {
	t.Parallel()
	before, now := newTestServer(t), newTestServer(t)
	theirs := before.issued()
	for name, token := range now.issued() {
		now.wantHeld(name, token)
		before.wantHeld(name, theirs[name])
		now.wantRefused(name+" of another timeline", theirs[name])
		// All but the epoch is as it was issued here.
		now.wantRefused(name+" that was moved", changed(t, token, jwt.MapClaims{"epoch": before.epoch()}))
		now.wantRefused(name+" without an epoch", changed(t, token, jwt.MapClaims{"epoch": nil}))
		now.wantRefused(name+" with an empty epoch", changed(t, token, jwt.MapClaims{"epoch": ""}))
		now.wantRefused(name+" with a number", changed(t, token, jwt.MapClaims{"epoch": 1}))
	}
}

// TestTokensWithoutEpochAreAccepted in the folder that they were issued in.
func TestTokensWithoutEpochAreAccepted(t *testing.T) {
	t.Parallel()
	h, elsewhere := newAdoptedHouse(t), newTestServer(t)
	elsewhere.issued()
	for name, token := range h.issued() {
		h.wantHeld(name, token)
		old := changed(t, token, jwt.MapClaims{"epoch": nil})
		h.wantHeld(name+" without an epoch", old)
		elsewhere.wantRefused(name+" without an epoch, elsewhere", old)
		h.wantRefused(name+" of another timeline", changed(t, token, jwt.MapClaims{"epoch": elsewhere.epoch()}))
	}
}

// TestScopedTokenMustMatchIssuedToken: the id alone lets nobody in, with what stands in
// the log of the tokens under it everything must be the same.
func TestScopedTokenMustMatchIssuedToken(t *testing.T) {
	t.Parallel()
	h := newAdoptedHouse(t)
	h.opened()
	bot, viewer := h.scoped(protocol.RoleBot, 1), h.scoped(protocol.RoleViewer, 0)
	later := time.Now().Add(25 * time.Hour).Unix()
	for _, epoch := range []any{h.epoch(), nil} {
		h.wantHeld("the bot", changed(t, bot, jwt.MapClaims{"epoch": epoch}))
		for name, change := range map[string]jwt.MapClaims{
			"another role": {"role": "viewer"}, "no session": {"sessionId": nil}, "another session": {"sessionId": 2}, "another name": {"name": "mallory"},
			"another id": {"jti": "2"}, "a longer life": {"exp": later}, "another beginning": {"iat": time.Now().Unix() - 10}, "no beginning": {"iat": nil},
		} {
			change["epoch"] = epoch
			h.wantRefused(name, changed(t, bot, change))
		}
		h.wantRefused("a viewer's as a bot's", changed(t, viewer, jwt.MapClaims{"epoch": epoch, "role": "bot"}))
		h.wantRefused("a bot's as a viewer's", changed(t, bot, jwt.MapClaims{"epoch": epoch, "jti": "2", "role": "viewer"}))
	}
}

// oldDevice is a phone's text as versions without epochs have sealed it.
func oldDevice(id uint64) string {
	sum := func(key, text []byte) []byte {
		m := hmac.New(sha256.New, key)
		m.Write(text)
		return m.Sum(nil)
	}
	b := binary.BigEndian.AppendUint64(nil, id)
	return base64.RawURLEncoding.EncodeToString(append(b, sum(sum([]byte(jwtSecret), []byte("partyline device")), b)[:16]...))
}

// TestDeviceOfAnotherTimelineIsNew, without a word: somebody who may come in must not
// be kept out by what their phone remembers.
func TestDeviceOfAnotherTimelineIsNew(t *testing.T) {
	t.Parallel()
	enter := func(h *testServer, code, device string) answer {
		t.Helper()
		a := h.rest("join.enter", "", params{"code": code, "name": "Ann", "device": device})
		a.want(t, 200, "", "")
		if a.object(t)["yours"] == nil {
			h.rest("join.vote", a.text(t, "token"), params{"vote": "up"}).want(t, 200, "", "")
		}
		return a
	}
	begin := func(h *testServer) string {
		h.opened()
		return h.rest("sessions.join.open", h.admin(), params{"id": 1, "policy": "latest"}).text(t, "code")
	}
	before, now, adopted := newTestServer(t), newTestServer(t), newAdoptedHouse(t)
	codes := map[*testServer]string{before: begin(before), now: begin(now), adopted: begin(adopted)}
	device := enter(before, codes[before], "").text(t, "device")
	if again := enter(before, codes[before], device); again.text(t, "device") != device || again.object(t)["yours"] == nil {
		t.Errorf("the same phone in the same timeline: %s", again.body)
	}
	for _, h := range []*testServer{now, adopted} {
		if a := enter(h, codes[h], device); strings.HasPrefix(a.text(t, "device"), device[:8]) || a.object(t)["yours"] != nil {
			t.Errorf("it is believed in another timeline: %s", a.body)
		}
	}
	if a := enter(now, codes[now], oldDevice(0xabcdef)); strings.HasPrefix(a.text(t, "device"), oldDevice(0xabcdef)[:8]) {
		t.Errorf("one without an epoch is believed in a folder that always had one: %s", a.body)
	}
	first := enter(adopted, codes[adopted], oldDevice(0xabcdef))
	again := enter(adopted, codes[adopted], oldDevice(0xabcdef))
	if first.text(t, "device")[:8] != oldDevice(0xabcdef)[:8] || again.object(t)["yours"] == nil {
		t.Errorf("a phone is a new device after the upgrade: %s, %s", first.body, again.body)
	}
	if a := enter(adopted, codes[adopted], first.text(t, "device")); a.object(t)["yours"] == nil {
		t.Errorf("the text that it was given in place of the old one does not hold: %s", a.body)
	}
}
