package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"partyline/protocol"
	"partyline/protocol/client"
)

// receiver accepts every delivery, and processes each id once, as the guide says.
type receiver struct {
	t    *testing.T
	url  string
	came chan delivered
	done map[string]string // bodies by webhook-id
}

type delivered struct{ id, body string }

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t, came: make(chan delivered, 100), done: map[string]string{}}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			t.Error(err)
		}
		r.came <- delivered{q.Header.Get("webhook-id"), string(body)}
	}))
	t.Cleanup(s.Close)
	r.url = s.URL
	return r
}

// awaitBody processes deliveries until one contains a text.
func (r *receiver) awaitBody(text string) {
	r.t.Helper()
	for {
		select {
		case d := <-r.came:
			before, twice := r.done[d.id]
			if twice && before != d.body {
				r.t.Errorf("%s is\n%s\nand\n%s", d.id, before, d.body)
			}
			r.done[d.id] = d.body
			if !twice && strings.Contains(d.body, text) {
				return
			}
		case <-time.After(30 * time.Second):
			r.t.Fatalf("%s was not delivered", text)
		}
	}
}

// screen is a socket that has subscribed.
type screen struct {
	t    *testing.T
	next func() ([]byte, error)
	protocol.Subscribed
}

func (h *hostedServer) screen(t *testing.T, m client.Subscription) *screen {
	t.Helper()
	conn, err := h.admin.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	hello, err := client.Subscribe(conn, m)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &screen{t, conn.Next, hello}
}

// nextVote is the seq of the next vote.
func (s *screen) nextVote() protocol.Seq {
	s.t.Helper()
	for {
		text, err := s.next()
		if err != nil {
			s.t.Fatal(err)
		}
		var e protocol.Event
		if err := json.Unmarshal(text, &e); err != nil {
			s.t.Fatal(err)
		}
		if e.Type == protocol.EventVoteReceived {
			return e.Seq
		}
	}
}

// A receiver that remembers ids drops nothing that happens after a restore, and a screen that
// has seen more than the backup contains begins anew.
func TestRestoredFolderIsATimelineOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	config := func(data string) *Config {
		c := demoConfig(filepath.Join(dir, data))
		c.AdminKey, c.WebhookAllowCIDR = testKey, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		return c
	}
	r := newReceiver(t)
	const each = 20 // votes in a row: so some of both timelines have the same place
	vote := func(h *hostedServer, round int) {
		t.Helper()
		votes, now := []protocol.CastVote{}, protocol.TimestampOf(time.Now())
		for i := range each {
			votes = append(votes, protocol.CastVote{Username: fmt.Sprintf("voter %d of %d", i, round), Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()})
		}
		h.call(t, http.MethodPost, "/api/votes/batch", map[string]any{"votes": votes}, new(json.RawMessage))
		r.awaitBody(fmt.Sprintf("voter %d of %d", each-1, round))
	}

	h := hostConfig(t, config("night"))
	id := h.openSession(t)
	h.call(t, http.MethodPost, "/api/webhooks", map[string]any{"name": "bot", "url": r.url, "secret": "mysecret123", "events": []string{"vote.received"}}, new(protocol.WebhookSaved))
	vote(h, 1)
	file := filepath.Join(dir, "night.backup")
	if err := partyline(t.Context(), "backup", "--from", h.base(), "--admin-key", testKey, file); err != nil {
		t.Fatal(err)
	}
	vote(h, 2)
	vote(h, 3)
	before := h.screen(t, client.Subscription{Session: id, Since: new(protocol.Seq)})
	for before.nextVote() < before.Seq {
	}
	h.end(t)()

	if err := partyline(t.Context(), "restore", file, "--data", filepath.Join(dir, "copy")); err != nil {
		t.Fatal(err)
	}
	h = hostConfig(t, config("copy"))
	h.call(t, http.MethodPatch, "/api/webhooks/1", map[string]any{"enabled": true}, new(protocol.WebhookSaved))
	vote(h, 4)
	since := before.Seq
	after := h.screen(t, client.Subscription{Session: id, Since: &since, Epoch: before.Epoch})
	if !after.Reset || after.Epoch == before.Epoch || after.Snapshot == nil || after.Seq != before.Seq-each || after.Snapshot.Tallies[0].Upvotes != 2*each {
		t.Errorf("before %+v, after the restore %+v", before.Subscribed, after.Subscribed)
	}
	vote(h, 5)
	if seq := after.nextVote(); seq != after.Seq+1 {
		t.Errorf("event %d came after a snapshot of %d", seq, after.Seq)
	}
	since = before.Seq // as far as the screen was: its seq alone does not tell
	again := h.screen(t, client.Subscription{Session: id, Since: &since, Epoch: before.Epoch})
	if !again.Reset || again.Seq != before.Seq {
		t.Errorf("%+v", again.Subscribed)
	}
	if len(r.done) != 5*each {
		t.Errorf("%d deliveries", len(r.done))
	}
}
