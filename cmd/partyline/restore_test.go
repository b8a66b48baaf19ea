package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"partyline/protocol"
)

// endpoint counts the calls of two webhooks, distinguished by path.
type endpoint struct {
	*httptest.Server
	status   atomic.Int32
	old, new atomic.Int32
	// rung is told after each call that was counted, when nobody has told it yet.
	rung chan struct{}
}

func newEndpoint(t *testing.T) *endpoint {
	e := &endpoint{rung: make(chan struct{}, 1)}
	e.status.Store(http.StatusServiceUnavailable)
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/old") {
			e.old.Add(1)
		} else {
			e.new.Add(1)
		}
		select {
		case e.rung <- struct{}{}:
		default:
		}
		w.WriteHeader(int(e.status.Load()))
	}))
	t.Cleanup(e.Close)
	return e
}

// awaitCalls waits until there were that many calls.
func (e *endpoint) awaitCalls(t *testing.T, calls *atomic.Int32, want int32) {
	t.Helper()
	late := time.After(startLimit)
	for calls.Load() < want {
		select {
		case <-e.rung:
		case <-late:
			t.Fatalf("%d calls, want %d", calls.Load(), want)
		}
	}
}

func hookHost(t *testing.T, data string) *hostedServer {
	c := demoConfig(data)
	c.AdminKey, c.WebhookAllowCIDR = testKey, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	return hostConfig(t, c)
}

func (h *hostedServer) hook(t *testing.T, url string) (saved protocol.WebhookSaved) {
	h.call(t, http.MethodPost, "/api/webhooks", map[string]any{"name": "bot", "url": url, "secret": "mysecret123", "events": []string{"vote.received"}}, &saved)
	return saved
}

// backedUpWithAHook is a backup of a hub in which a delivery waits for the endpoint.
func backedUpWithAHook(t *testing.T, dir string, e *endpoint) (file string) {
	h := hookHost(t, filepath.Join(dir, "night"))
	h.openSession(t)
	h.hook(t, e.URL+"/old")
	if err := h.vote(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	e.awaitCalls(t, &e.old, 1)
	h.end(t)()
	file = filepath.Join(dir, "night.backup")
	if err := partyline(t.Context(), "backup", "--data", filepath.Join(dir, "night"), file); err != nil {
		t.Fatal(err)
	}
	e.status.Store(http.StatusOK)
	return file
}

// The copy neither makes a delivery that waited nor sends a new event until the webhook is
// enabled. A webhook that is created in the copy is called.
func TestRestoredHubCallsNoWebhookUntilEnabled(t *testing.T) {
	dir, e := t.TempDir(), newEndpoint(t)
	file := backedUpWithAHook(t, dir, e)
	before := e.old.Load()
	copied := filepath.Join(dir, "copy")
	if err := partyline(t.Context(), "restore", file, "--data", copied); err != nil {
		t.Fatal(err)
	}
	for start := range 2 {
		h := hookHost(t, copied)
		var list []protocol.Webhook
		h.call(t, http.MethodGet, "/api/webhooks", nil, &list)
		if len(list) != 1+start || list[0].Enabled || list[0].DisabledReason == nil || !strings.Contains(*list[0].DisabledReason, "Restored from a backup") {
			t.Fatalf("start %d: %+v", start, list)
		}
		if start == 0 {
			h.hook(t, e.URL+"/new")
		}
		if err := h.vote(t.Context(), 10+start); err != nil {
			t.Fatal(err)
		}
		e.awaitCalls(t, &e.new, int32(1+start))
		if got := e.old.Load(); got != before {
			t.Fatalf("start %d: called %d times by the copy", start, got-before)
		}
		if start == 1 {
			var saved protocol.WebhookSaved
			h.call(t, http.MethodPatch, fmt.Sprintf("/api/webhooks/%d", list[0].ID), map[string]any{"enabled": true}, &saved)
			e.awaitCalls(t, &e.old, before+1)
		}
		h.end(t)()
	}
}

func TestRestoreWithKeepWebhooksKeepsCalling(t *testing.T) {
	dir, e := t.TempDir(), newEndpoint(t)
	file := backedUpWithAHook(t, dir, e)
	before := e.old.Load()
	copied := filepath.Join(dir, "copy")
	if err := partyline(t.Context(), "restore", "--keep-webhooks", file, "--data", copied); err != nil {
		t.Fatal(err)
	}
	hookHost(t, copied)
	e.awaitCalls(t, &e.old, before+1)
}
