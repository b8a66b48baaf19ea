package gateway_test

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"partyline/gateway"
	"partyline/protocol"
)

func TestUnknownPathsAndMethods(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	for _, path := range []string{"/index.html", "/api", "/api/", "/api/nothing", "/api/games/", "//api/games", "/api/../health", "/api/games/1/nothing"} {
		h.send("GET", path, "", nil).want(t, 404, "not_found", "Not found")
	}
	for _, c := range []struct{ method, path, allow string }{
		{"DELETE", "/api/games", "GET, HEAD, POST"},
		{"POST", "/health", "GET, HEAD"},
		{"GET", "/api/votes/live", "POST"},
		{"PUT", "/api/sessions/1", "DELETE, GET, HEAD"},
		{"POST", "/api/sessions/live", "GET, HEAD"},
		{"PATCH", "/ready", "GET, HEAD"},
		{"OPTIONS", "/api/games", "GET, HEAD, POST"},
	} {
		a := h.send(c.method, c.path, "", nil)
		a.want(t, 405, "method_not_allowed", "Method not allowed")
		if a.header.Get("Allow") != c.allow {
			t.Errorf("%s %s: Allow is %q, want %q", c.method, c.path, a.header.Get("Allow"), c.allow)
		}
	}
}

// TestNamesWithSlashes: a pack's name is one segment of the path, whatever is in it.
func TestNamesWithSlashes(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	for _, name := range []string{"A/B", "50% off & more?", "Zoë's"} {
		h.rest("games.create", token, params{"pack_name": name, "title": "T", "min_players": 1, "max_players": 2}).want(t, 201, "", "")
		a := h.rest("games.packs.favor", token, params{"name": name, "favor_bias": 1})
		a.want(t, 200, "", "")
	}
}

func TestHeadAnswersLikeGet(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	get, head := h.send("GET", "/api/games", "", nil), h.send("HEAD", "/api/games", "", nil)
	if head.status != 200 || len(head.body) != 0 || head.header.Get("Content-Length") != get.header.Get("Content-Length") {
		t.Errorf("HEAD: %d %v, GET: %v", head.status, head.header, get.header)
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	made := regexp.MustCompile(`^[0-9a-f]{16}$`)
	for _, path := range []string{"/health", "/ready", "/api/games", "/api/games/999", "/nothing", "/metrics", "/api/sessions/live"} {
		a := h.send("GET", path, "", nil)
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
			if a.header.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, a.header.Get(name))
			}
		}
		if !strings.HasPrefix(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: Content-Security-Policy is %q", path, a.header.Get("Content-Security-Policy"))
		}
		if !made.MatchString(a.header.Get("X-Request-Id")) {
			t.Errorf("%s: X-Request-Id is %q", path, a.header.Get("X-Request-Id"))
		}
	}
	if id := h.send("GET", "/health", "", nil, "X-Request-Id", "trace-7.b_C").header.Get("X-Request-Id"); id != "trace-7.b_C" {
		t.Errorf("a sane id is kept: %q", id)
	}
	for _, bad := range []string{"a b", strings.Repeat("x", 65), "x<script>"} {
		if id := h.send("GET", "/health", "", nil, "X-Request-Id", bad).header.Get("X-Request-Id"); !made.MatchString(id) {
			t.Errorf("%q came back as %q", bad, id)
		}
	}
}

func TestListsAreNeverNull(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	token := h.admin()
	for _, path := range []string{"/api/sessions", "/api/games?pack=None", "/api/auth/tokens"} {
		if a := h.send("GET", path, token, nil); string(a.body) != "[]" {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	session, _ := h.opened()
	for _, a := range []answer{h.rest("sessions.votes", token, params{"id": session}), h.rest("votes.list", token, nil)} {
		if strings.Contains(string(a.body), `"votes":null`) {
			t.Errorf("%s", a.body)
		}
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	var sick error
	h := newTestServer(t, func(o *gateway.Options) { o.Ready = func() error { return sick } })
	h.send("GET", "/ready", "", nil).want(t, 200, "", "")
	sick = errors.New("disk full")
	a := h.send("GET", "/ready", "", nil)
	if a.status != 503 || a.text(t, "status") != "storage" || a.header.Get("Retry-After") == "" {
		t.Errorf("%d %s %v", a.status, a.body, a.header)
	}
	sick = protocol.Errorf(protocol.CodeStorage, "The disk does not answer")
	a = h.send("GET", "/ready", "", nil)
	if a.status != 503 || a.text(t, "status") != "storage" || a.text(t, "error") != "The disk does not answer" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if err := h.gateway.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := h.send("GET", "/ready", "", nil); a.status != 503 || a.text(t, "status") != "draining" {
		t.Errorf("%d %s", a.status, a.body)
	}
	h.send("GET", "/health", "", nil).want(t, 200, "", "")
}

func TestFailingStorageHasRetryAfter(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	token := h.admin()
	h.journal.Refuse(errors.New("disk full"))
	a := h.rest("votes.live", token, params{"username": "ann", "vote": "up", "timestamp": now()})
	a.want(t, 503, protocol.CodeStorage, "")
	if a.header.Get("Retry-After") != "5" || a.object(t)["retryAfter"] != 5.0 {
		t.Errorf("%v %s", a.header, a.body)
	}
	k := h.dial()
	k.auth(token)
	b := k.request("votes.live", params{"username": "ann", "vote": "up", "timestamp": now()})
	b.want(t, 503, protocol.CodeStorage, "")
	if string(b.body) != string(a.body) && b.object(t)["retryAfter"] != 5.0 {
		t.Errorf("%s", b.body)
	}
	h.journal.Refuse(nil)
}

func TestTextForChatBots(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	line := func(path string) string {
		a := h.send("GET", path, "", nil)
		if a.status != 200 || a.header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
		return string(a.body)
	}
	if got := line("/api/sessions/active?format=text"); got != "No active session" {
		t.Errorf("%q", got)
	}
	session, play := h.opened()
	token := h.admin()
	title := h.rest("games.get", "", params{"id": 1}).text(t, "title")
	if got := line("/api/sessions/1/votes?format=text"); got != "Session 1: no votes yet" {
		t.Errorf("%q", got)
	}
	h.rest("sessions.games.room_code", token, params{"id": session, "gameId": play, "room_code": "abcd"}).want(t, 200, "", "")
	h.rest("votes.live", token, params{"username": "ann", "vote": "up", "timestamp": now()}).want(t, 200, "", "")
	if got, want := line("/api/sessions/1/votes?format=text"), "Session 1: "+title+" +1 (+1/-0)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for query, ending := range map[string]string{"": "session 1", "&room=0": "session 1", "&room=1": "session 1. Room code ABCD"} {
		if got := line("/api/sessions/active?format=text" + query); !strings.HasPrefix(got, "Now playing: "+title+" (") || !strings.HasSuffix(got, "+1/-0. Game 1 of "+ending) {
			t.Errorf("%s: %q", query, got)
		}
	}
	h.rest("sessions.games.status", token, params{"id": session, "gameId": play, "status": "played"}).want(t, 200, "", "")
	if got := line("/api/sessions/active?format=text"); got != "Session 1: no game is being played, 1 so far" {
		t.Errorf("%q", got)
	}
}

func TestMetricsHandlerIsServed(t *testing.T) {
	t.Parallel()
	newTestServer(t).send("GET", "/metrics", "", nil).want(t, 404, "not_found", "Not found")
	h := newTestServer(t, func(o *gateway.Options) {
		o.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("up 1\n")) })
	})
	if a := h.send("GET", "/metrics", "", nil); string(a.body) != "up 1\n" {
		t.Errorf("%s", a.body)
	}
}

// forging is a hub whose folder is of a time when titles could have line breaks.
type forging struct{ gateway.Hub }

func (h forging) SessionVotes(context.Context, protocol.SessionID) (protocol.SessionVotes, error) {
	return protocol.SessionVotes{SessionID: 1, Votes: []protocol.GameVotes{{Title: "Quiplash\nbot: free skins at\u2028example.com", NetScore: 1, Upvotes: 1}}}, nil
}

// TestTextForChatBotsIsOneLine, whatever is stored: a bot says each line by itself.
func TestTextForChatBotsIsOneLine(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(o *gateway.Options) { o.Hub = forging{o.Hub} })
	const want = "Session 1: Quiplash bot: free skins at example.com +1 (+1/-0)"
	if a := h.send("GET", "/api/sessions/1/votes?format=text", "", nil); string(a.body) != want {
		t.Errorf("%q", a.body)
	}
}
