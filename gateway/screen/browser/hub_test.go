//go:build browser

package browser_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"partyline/loadtest/target"
)

const (
	adminKey = "a key for the browser tests"
	secret   = "a secret of thirty-two bytes, at least"
	patience = 20 * time.Second
)

// object is a JSON object.
type object = map[string]any

// hub is the real program on a folder of its own. It can be killed and started again.
type hub struct {
	t       *testing.T
	addr    string
	process *target.Server
	token   string // an admin's
}

func newHub(t *testing.T, flags ...string) *hub {
	t.Helper()
	var log bytes.Buffer
	server, err := target.New(t.Context(), target.Options{Binary: binary, Folder: t.TempDir(), AdminKey: adminKey, Secret: secret, Output: &log, Flags: append(flags, target.LoopbackWebhooks...)})
	if err != nil {
		t.Fatal(err)
	}
	h := &hub{t: t, addr: server.Addr, process: server}
	t.Cleanup(func() {
		if err := h.process.Stop(patience); err != nil {
			t.Error("the server's end:", err)
		}
		if t.Failed() {
			t.Log(log.String())
		}
	})
	h.start()
	h.token = h.ask("POST", "/api/auth/login", object{"key": adminKey})["token"].(string)
	return h
}

func (h *hub) start() {
	h.t.Helper()
	if _, err := h.process.Run(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hub) kill() {
	h.t.Helper()
	if err := h.process.Kill(); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hub) url(path string) string { return "http://" + h.addr + path }

// ask calls the API as an admin and wants success; the answer is an object, or nil when
// it is another kind of JSON.
func (h *hub) ask(method, path string, body object) object {
	h.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url(path), bytes.NewReader(b))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if h.token != "" {
		req.Header.Set("Authorization", "Bearer "+h.token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	if res.StatusCode >= 400 {
		h.t.Fatalf("%s %s: %s: %s", method, path, res.Status, text)
	}
	var o object
	_ = json.Unmarshal(text, &o) // a list is no object
	return o
}

// session creates a session and returns its id.
func (h *hub) session(notes string) int {
	h.t.Helper()
	return int(h.ask("POST", "/api/sessions", object{"notes": notes})["id"].(float64))
}

// play adds a game to the session and returns the id of the session game.
func (h *hub) play(session, game int) int {
	h.t.Helper()
	return int(h.ask("POST", fmt.Sprintf("/api/sessions/%d/games", session), object{"game_id": game})["id"].(float64))
}

// vote votes for the current game.
func (h *hub) vote(session int, name, vote string) {
	h.t.Helper()
	h.ask("POST", "/api/votes/live", object{"username": name, "vote": vote, "sessionId": session, "timestamp": time.Now().UTC().Format("2006-01-02T15:04:05.000Z")})
}

// viewer returns a viewer token.
func (h *hub) viewer() string {
	h.t.Helper()
	return h.ask("POST", "/api/auth/tokens", object{"role": "viewer", "name": "screen"})["token"].(string)
}

// screen returns the URL of a session's screen; query may be empty.
func (h *hub) screen(page string, session any, query string) string {
	if query != "" {
		query = "?" + strings.TrimPrefix(query, "?")
	}
	return h.url(fmt.Sprintf("/%s/%v%s#token=%s", page, session, query, h.viewer()))
}
