package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"partyline/protocol"
)

// pendingRequest is a request whose head the server has read, and whose body is not sent yet.
type pendingRequest struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
	body []byte
}

// startVote sends the head of a vote and waits until the server asks for its body.
func (h *hostedServer) startVote(t *testing.T) *pendingRequest {
	t.Helper()
	now := protocol.TimestampOf(time.Now())
	body, err := json.Marshal(protocol.CastVote{Username: "late", Vote: protocol.VoteUp, Timestamp: now.VoteTimestamp()})
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", h.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(startLimit))
	_, _ = fmt.Fprintf(c, "POST /api/votes/live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", h.admin.Token(), len(body))
	b := &pendingRequest{t, c, bufio.NewReader(c), body}
	if status := b.status(); status != http.StatusContinue {
		t.Fatalf("the server does not read: %d", status)
	}
	return b
}

func (b *pendingRequest) status() int {
	b.t.Helper()
	res, err := http.ReadResponse(b.r, nil)
	if err != nil {
		b.t.Fatal("the request was cut off: ", err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

// awaitRefusedConnections waits until no new connection is accepted.
func (h *hostedServer) awaitRefusedConnections(t *testing.T) {
	t.Helper()
	look := time.NewTicker(lookInterval)
	defer look.Stop()
	for end := time.Now().Add(startLimit); time.Now().Before(end); <-look.C {
		c, err := net.Dial("tcp", h.listener.Addr().String())
		if err != nil {
			return
		}
		_ = c.Close()
	}
	t.Fatal("the server still listens")
}

// A WebSocket that never answers its close must not take the time of requests under way.
func TestVoteUnderWayIsAnsweredBesideAStuckSocket(t *testing.T) {
	c := demoConfig(filepath.Join(t.TempDir(), "night"))
	c.AdminKey, c.DrainTimeout = testKey, 8*time.Second
	h := hostConfig(t, c)
	id := h.openSession(t)
	mute, err := h.admin.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	vote := h.startVote(t)
	h.stop()
	h.awaitRefusedConnections(t) // the sockets have had their time
	_, _ = vote.conn.Write(vote.body)
	if status := vote.status(); status != http.StatusOK {
		t.Errorf("the vote is answered %d", status)
	}
	h.end(t)()

	again := host(t, c.Data)
	var votes protocol.SessionVotes
	again.call(t, http.MethodGet, fmt.Sprintf("/api/sessions/%d/votes", id), nil, &votes)
	if len(votes.Votes) != 1 || votes.Votes[0].Upvotes != 1 {
		t.Errorf("votes after the restart: %+v", votes)
	}
}

// Load balancers and supervisors get answers while the data folder is being opened.
func TestHealthAndReadinessWhileTheDataFolderOpens(t *testing.T) {
	s := &server{config: demoConfig(filepath.Join(t.TempDir(), "night")), log: zerolog.Nop()}
	ask := func(path string) (int, string) {
		t.Helper()
		res, err := http.Get(s.base() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b)
	}
	for _, step := range steps(s)[:2] {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if status, body := ask("/health"); status != 200 {
		t.Errorf("/health: %d %s", status, body)
	}
	if status, body := ask("/ready"); status != 503 || body != `{"code":"starting","error":"The server is starting","retryAfter":2,"status":"starting"}` {
		t.Errorf("/ready: %d %s", status, body)
	}
	for _, step := range steps(s)[2:] {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	serving(t, s)
	if status, body := ask("/ready"); status != 200 {
		t.Errorf("/ready: %d %s", status, body)
	}
}
