package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"partyline/protocol"
	"partyline/protocol/client"
)

const testKey = "correct-horse-battery"

// hostedServer is a server within the test's process.
type hostedServer struct {
	*server
	admin *client.Client
	stop  context.CancelFunc
	ended chan error
}

// host serves a folder on a free port until the test ends.
func host(t *testing.T, data string) *hostedServer {
	t.Helper()
	c := demoConfig(data)
	c.AdminKey = testKey
	return hostConfig(t, c)
}

// hostConfig is host with the given settings.
func hostConfig(t *testing.T, c *Config) *hostedServer {
	t.Helper()
	s, err := open(t.Context(), c, zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.WarnLevel))
	if err != nil {
		t.Fatal(err)
	}
	h := serving(t, s)
	if h.admin, err = client.Login(t.Context(), s.base(), testKey); err != nil {
		t.Fatal(err)
	}
	return h
}

// serving runs an open server until the test ends.
func serving(t *testing.T, s *server) *hostedServer {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	h := &hostedServer{server: s, stop: stop, ended: make(chan error, 1)}
	go func() { h.ended <- s.serve(ctx) }()
	t.Cleanup(h.end(t))
	return h
}

// end stops the server, once, and fails the test when something was lost.
func (h *hostedServer) end(t *testing.T) func() {
	return func() {
		h.stop()
		err, running := <-h.ended
		if !running {
			return
		}
		close(h.ended)
		if err != nil {
			t.Errorf("serve: %v", err)
		}
	}
}

// openSession starts a session with a game and returns the session's id.
func (h *hostedServer) openSession(t *testing.T) protocol.SessionID {
	t.Helper()
	var s protocol.Session
	h.call(t, http.MethodPost, "/api/sessions", map[string]any{}, &s)
	h.call(t, http.MethodPost, fmt.Sprintf("/api/sessions/%d/games", s.ID), map[string]any{"game_id": 1}, new(protocol.SessionGame))
	return s.ID
}

func (h *hostedServer) call(t *testing.T, method, path string, body, answer any) {
	t.Helper()
	if err := h.admin.Call(t.Context(), method, path, body, answer); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
}

// vote casts the n-th vote of a new name.
func (h *hostedServer) vote(ctx context.Context, n int) error {
	now := protocol.TimestampOf(time.Now())
	vote := protocol.CastVote{Username: fmt.Sprintf("voter%d", n), Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()}
	return h.admin.Call(ctx, http.MethodPost, "/api/votes/live", vote, new(protocol.VoteAccepted))
}

func TestDrainLosesNothingAndTellsScreens(t *testing.T) {
	data := filepath.Join(t.TempDir(), "night")
	h := host(t, data)
	id := h.openSession(t)
	screen, err := h.admin.Connect(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	for n := range 20 {
		if err := h.vote(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	h.end(t)()
	expect(t, screen, `"server.draining"`)
	_, err = screen.Next()
	if !strings.Contains(fmt.Sprint(err), "closed 1001") {
		t.Errorf("the screen's connection ended with %v", err)
	}

	again := host(t, data)
	var votes protocol.SessionVotes
	again.call(t, http.MethodGet, fmt.Sprintf("/api/sessions/%d/votes", id), nil, &votes)
	if len(votes.Votes) != 1 || votes.Votes[0].Upvotes != 20 {
		t.Errorf("votes after the restart: %+v", votes)
	}
}

func expect(t *testing.T, c client.Socket, part string) {
	t.Helper()
	text, err := c.Next()
	if err != nil || !strings.Contains(string(text), part) {
		t.Fatalf("got %s, %v, want %s", text, err, part)
	}
}

func TestMetricsOfEveryComponent(t *testing.T) {
	h := host(t, filepath.Join(t.TempDir(), "night"))
	h.openSession(t)
	if err := h.vote(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	res, err := http.Get(h.base() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"partyline_journal_commit_duration_seconds_bucket", "partyline_journal_commit_records_count",
		"partyline_journal_written_bytes_total", "http_server_request_duration_seconds_count",
		"partyline_sockets ", "partyline_deliveries_total", "go_goroutines", "go_gc_heap_live_bytes ", "process_resident_memory_bytes",
	} {
		if !bytes.Contains(text, []byte("\n"+name)) {
			t.Errorf("%s is missing", name)
		}
	}
	if t.Failed() {
		t.Logf("%s", text)
	}
}
