package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"partyline/protocol"
	"partyline/protocol/client"
)

// logBuffer keeps everything that is logged.
type logBuffer struct {
	mu  sync.Mutex
	log bytes.Buffer
}

func (j *logBuffer) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.log.Write(b)
}

func (j *logBuffer) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.log.String()
}

// TestNoSecretIsLogged causes every kind of log line and failure at log level debug, and then
// searches the log for secrets.
func TestNoSecretIsLogged(t *testing.T) {
	var log logBuffer
	c := demoConfig(filepath.Join(t.TempDir(), "data"))
	c.AdminKey, c.JWTSecret = "the-admin-key-itself", "the-secret-that-signs-all-the-tokens"
	s, err := open(t.Context(), c, zerolog.New(&log).Level(zerolog.DebugLevel))
	if err != nil {
		t.Fatal(err)
	}
	h := serving(t, s)
	log.log.WriteString(loggedSettings(c))
	if h.admin, err = client.Login(t.Context(), s.base(), c.AdminKey); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Login(t.Context(), s.base(), "a-guess-at-the-key"); err == nil {
		t.Fatal("a guess got in")
	}
	secrets := []string{c.AdminKey, c.JWTSecret, "a-guess-at-the-key", h.admin.Token(), "whsec_aSecretOfAWebhook", "Zebulon", "127.0.0.1:", "203.0.113.77"}
	secrets = append(secrets, h.causeLogs(t)...)
	h.end(t)()
	text := log.text()
	for _, want := range []string{`"route":"/api/votes/live"`, `"route":"/api/webhooks"`, `"status":401`, `"op":"tokens.list"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the log tells nothing of %s: this test sees too little", want)
		}
	}
	for _, secret := range secrets {
		for line := range strings.Lines(text) {
			if strings.Contains(line, secret) && !strings.Contains(line, `"message":"serving"`) && !strings.HasPrefix(line, `{"level":"info","addr":`) {
				t.Errorf("%q is logged: %s", secret, line)
			}
		}
	}
}

// loggedSettings is how the settings are logged at the start.
func loggedSettings(c *Config) string {
	var b bytes.Buffer
	l := zerolog.New(&b)
	l.Info().EmbedObject(c).Send()
	return b.String()
}

// causeLogs does everything that is logged, successfully and not, and returns the tokens it
// was given.
func (h *hostedServer) causeLogs(t *testing.T) (tokens []string) {
	t.Helper()
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	defer endpoint.Close()
	h.openSession(t)
	var bot protocol.IssuedToken
	h.call(t, http.MethodPost, "/api/auth/tokens", map[string]any{"role": "bot", "name": "Zebulon's bot"}, &bot)
	_ = h.admin.Call(t.Context(), http.MethodPost, "/api/webhooks", map[string]any{"name": "hook", "url": endpoint.URL,
		"secret": "whsec_aSecretOfAWebhook", "events": []string{"*"}}, new(protocol.WebhookSaved)) // loopback is refused, or not
	h.call(t, http.MethodPost, "/api/webhooks", map[string]any{"name": "hook", "url": "https://hooks.invalid/x", "secret": "whsec_aSecretOfAWebhook",
		"events": []string{"*"}}, new(protocol.WebhookSaved))
	now := protocol.TimestampOf(time.Now())
	for _, body := range []any{protocol.CastVote{Username: "Zebulon", Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()}, map[string]any{"username": "Zebulon", "vote": 7}} {
		_ = h.admin.Call(t.Context(), http.MethodPost, "/api/votes/live", body, new(protocol.VoteAccepted)) // the second is refused
	}
	h.misplaceTokens(t, bot.Secret)
	h.voteBySocket(t, bot.Secret)
	h.call(t, http.MethodPost, "/api/sessions/1/close", map[string]any{"notes": "Zebulon was here"}, new(protocol.Session))
	return []string{bot.Secret}
}

// misplaceTokens sends tokens in wrong places and an address of a proxy.
func (h *hostedServer) misplaceTokens(t *testing.T, token string) {
	t.Helper()
	for _, path := range []string{"/api/auth/verify?token=" + token, "/api/nothing/" + token, "/api/sessions?name=Zebulon"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.base()+path, strings.NewReader("{"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("X-Forwarded-For", "203.0.113.77")
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
}

// voteBySocket votes by WebSocket, successfully and not.
func (h *hostedServer) voteBySocket(t *testing.T, token string) {
	t.Helper()
	conn, err := client.New(h.base(), token).Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	now := protocol.TimestampOf(time.Now().Add(2 * time.Second)) // apart from the first vote
	for _, m := range []any{
		map[string]any{"type": "auth", "token": token + "x"}, map[string]any{"type": "auth", "token": token},
		map[string]any{"type": "request", "id": "1", "op": "votes.live", "data": map[string]any{"username": "Zebulon", "vote": "up", "timestamp": now}},
		map[string]any{"type": "request", "id": "2", "op": "tokens.list", "data": map[string]any{"token": token}},
	} {
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Send(b); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Next(); err != nil {
			t.Fatal(err)
		}
	}
}
