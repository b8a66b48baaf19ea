package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"

	"partyline/gateway"
	"partyline/protocol"
)

// notebook is a log that a test reads.
type notebook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (n *notebook) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.buf.Write(b)
}

func (n *notebook) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.buf.String()
}

// brokenHub is a hub with a fault of ours in it.
type brokenHub struct {
	gateway.Hub
}

var errSecret = errors.New("password=hunter2 in /secret/place")

func (brokenHub) Stats(context.Context) (protocol.Stats, error) { return protocol.Stats{}, errSecret }

func (brokenHub) Packs(context.Context) ([]protocol.Pack, error) { panic(errSecret) }

func TestInternalErrorsAreLoggedAndHidden(t *testing.T) {
	t.Parallel()
	var log notebook
	h := newTestServer(t, func(o *gateway.Options) { o.Hub, o.Log = brokenHub{o.Hub}, zerolog.New(&log) })
	k := h.dial()
	k.auth(h.admin())
	for i, a := range []answer{h.rest("stats.get", "", nil), h.rest("games.packs", "", nil), k.request("stats.get", nil), k.request("games.packs", nil)} {
		a.want(t, 500, "internal", "Internal error")
		id := a.text(t, "requestId")
		if id == "" || !strings.Contains(log.String(), id) || strings.Contains(string(a.body), "hunter2") {
			t.Errorf("%d: %s", i, a.body)
		}
		if a.header != nil && a.header.Get("X-Request-Id") != id {
			t.Errorf("%d: header %q, body %q", i, a.header.Get("X-Request-Id"), id)
		}
	}
	if strings.Count(log.String(), `"error":"password=hunter2`) != 2 || strings.Count(log.String(), `"panic":"password=hunter2`) != 2 {
		t.Errorf("each once:\n%s", log.String())
	}
	h.send("GET", "/health", "", nil).want(t, 200, "", "") // and it goes on
}

func TestSecretsAreNotLogged(t *testing.T) {
	t.Parallel()
	var log notebook
	h := newTestServer(t, func(o *gateway.Options) { o.Log = zerolog.New(&log) })
	h.opened()
	token := h.admin()
	h.rest("votes.live", token, params{"username": "voter_ann", "vote": "up", "timestamp": now()}).want(t, 200, "", "")
	h.rest("auth.login", "", params{"key": "a wrong key"})
	h.send("GET", "/api/games?pack=private", "", nil, "X-Request-Id", "find-me")
	text := log.String()
	for _, secret := range []string{adminKey, token, "voter_ann", "a wrong key", "127.0.0.1", "private"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
	if !strings.Contains(text, `"request_id":"find-me"`) || !strings.Contains(text, `"route":"/api/votes/live"`) {
		t.Errorf("one line for each request:\n%s", text)
	}
}

func TestNewRequiresItsOptions(t *testing.T) {
	t.Parallel()
	_, err := gateway.New(gateway.Options{})
	if err == nil {
		t.Fatal("no error")
	}
	for _, name := range []string{"Hub", "Engine", "AdminKey", "JWTSecret"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
}
