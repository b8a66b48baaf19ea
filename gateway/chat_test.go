package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

// chatBody is a log of lines at a moment, by names of their own.
func chatBody(at string, messages ...string) string {
	var b strings.Builder
	b.WriteString(`{"chatData":[`)
	for i, m := range messages {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"username":"viewer_%d","message":%q,"timestamp":%q}`, i, m, at)
	}
	return b.String() + "]}"
}

// TestChatLogOverTheLimit: with and without its length told before, and what fits to
// the byte is read.
func TestChatLogOverTheLimit(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, _ := h.opened()
	path := "/api/sessions/" + plainText(session) + "/chat-import"
	log := chatBody(now(), "thisgame++")
	fits := log + strings.Repeat(" ", protocol.MaxImport-len(log))
	for name, c := range map[string]struct {
		body   io.Reader
		status int
		code   string
	}{
		"fits":                       {strings.NewReader(fits), 200, ""},
		"fits, of unknown length":    {struct{ io.Reader }{strings.NewReader(fits)}, 200, ""},
		"one more":                   {strings.NewReader(fits + " "), 413, "too_large"},
		"one more of unknown length": {struct{ io.Reader }{strings.NewReader(fits + " ")}, 413, "too_large"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", h.url+path, c.body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+h.admin())
		req.Header.Set("Content-Type", "application/json")
		if a := h.do(req); a.status != c.status || a.status >= 400 && a.text(t, "code") != c.code {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// TestChatLogFingerprintIsOfItsVotes: the fingerprint of a key is what a log means, by
// whichever way it comes and however it is written.
func TestChatLogFingerprintIsOfItsVotes(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, _ := h.opened()
	token, at := h.admin(), now()
	k := h.dial()
	k.auth(token)
	line := func(name, message string) params {
		return params{"username": name, "message": message, "timestamp": at}
	}
	log := func(lines ...any) params { return params{"id": session, "chatData": lines} }
	first := h.rest("sessions.chat_import", token, log(line("ann", "thisgame++"), line("bob", "hm")), "Idempotency-Key", "k")
	first.want(t, 200, "", "")
	for name, same := range map[string]answer{
		"the same":          h.rest("sessions.chat_import", token, log(line("ann", "thisgame++"), line("bob", "hm")), "Idempotency-Key", "k"),
		"other fields":      h.rest("sessions.chat_import", token, params{"id": session, "x": 1, "chatData": []any{line("ann", "thisgame++"), line("bob", "hm")}}, "Idempotency-Key", "k"),
		"by request frames": k.requestWith(params{"op": "sessions.chat_import", "key": "k", "data": log(line("ann", "thisgame++"), line("bob", "hm"))}),
	} {
		if d := cmp.Diff(first.object(t), same.object(t)); same.status != 200 || d != "" {
			t.Errorf("%s: %d %s", name, same.status, d)
		}
	}
	for name, other := range map[string]params{
		"another vote":   log(line("ann", "thisgame--"), line("bob", "hm")),
		"another voter":  log(line("Ann", "thisgame++"), line("bob", "hm")),
		"more lines":     log(line("ann", "thisgame++"), line("bob", "hm"), line("bob", "hm")),
		"another moment": {"id": session, "chatData": []any{params{"username": "ann", "message": "thisgame++", "timestamp": time.Now().Add(time.Second)}, line("bob", "hm")}},
	} {
		if a := h.rest("sessions.chat_import", token, other, "Idempotency-Key", "k"); a.status != 409 || a.text(t, "code") != "key_reused" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}
