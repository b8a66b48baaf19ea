package gateway_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/coder/websocket"
	sdk "go.opentelemetry.io/otel/sdk/metric"

	"partyline/gateway"
	"partyline/protocol"
)

// votingConnection is a keep-alive connection on which a bot casts vote after vote; from the
// second on it is not net/http's.
type votingConnection struct {
	h     *testServer
	conn  net.Conn
	in    *bufio.Reader
	token string
	name  string // its votes' names begin with it
	cast  int64
}

func (h *testServer) votingConnection(token string) *votingConnection {
	h.t.Helper()
	conn, err := net.Dial("tcp", h.addr())
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return &votingConnection{h: h, conn: conn, in: bufio.NewReader(conn), token: token, name: rand.Text()}
}

// ask sends a vote, and does not wait for the answer.
func (v *votingConnection) ask(body string) {
	_, _ = fmt.Fprintf(v.conn, "POST /api/votes/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		v.token, len(body), body)
}

func (v *votingConnection) answer() answer {
	v.h.t.Helper()
	res, err := http.ReadResponse(v.in, nil)
	if err != nil {
		v.h.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.h.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, body}
}

func (v *votingConnection) vote() answer {
	v.h.t.Helper()
	v.cast++
	v.ask(voteOf(v.name, v.cast))
	return v.answer()
}

// served says whether the connection is, by its first vote.
func (v *votingConnection) served() bool {
	v.ask(voteOf(v.name, 0))
	_, err := v.in.Peek(1)
	return err == nil && v.answer().status == 200
}

// TestEveryVoteOfAConnectionIsAnsweredAlike: the answers say the same, in the same header,
// whoever reads the connection; so do refusals.
func TestEveryVoteOfAConnectionIsAnsweredAlike(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	v := h.votingConnection(h.scoped("bot", 0))
	first := v.vote()
	first.want(t, 200, "", "")
	ids := map[string]bool{}
	for range 5 {
		next := v.vote()
		next.want(t, 200, "", "")
		ids[next.header.Get("X-Request-Id")] = true
		if got, want := slices.Sorted(maps.Keys(next.header)), slices.Sorted(maps.Keys(first.header)); !slices.Equal(got, want) {
			t.Fatalf("header %v, want %v", got, want)
		}
		for name, value := range first.header {
			if name != "X-Request-Id" && name != "Date" && name != "Content-Length" && !slices.Equal(next.header[name], value) {
				t.Errorf("%s: %v, want %v", name, next.header[name], value)
			}
		}
	}
	if len(ids) != 5 {
		t.Errorf("ids of requests: %v", ids)
	}
	for _, body := range []string{`{"username":"ann","vote":"sideways","timestamp":"` + now() + `"}`, `{"username":"ann"}`, `{`, `[]`} {
		v.ask(body)
		got, want := v.answer(), h.send("POST", "/api/votes/live", v.token, body)
		if got.status != want.status || string(got.body) != string(want.body) {
			t.Errorf("%s: %d %s, want %d %s", body, got.status, got.body, want.status, want.body)
		}
	}
	v.vote().want(t, 200, "", "")
	h.rest("tokens.revoke", h.admin(), params{"id": 1}).want(t, 200, "", "")
	v.vote().want(t, 403, protocol.CodeBadToken, "")
}

// TestAVotingConnectionIsNetHTTPsAgain with the first request that is no vote, here one that
// makes a WebSocket of it.
func TestAVotingConnectionIsNetHTTPsAgain(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	v := h.votingConnection(h.scoped("bot", 0))
	for range 4 {
		v.vote().want(t, 200, "", "")
	}
	_, _ = io.WriteString(v.conn, "GET /api/stats HTTP/1.1\r\nHost: x\r\n\r\n")
	v.answer().want(t, 200, "", "")
	for range 20 {
		v.vote().want(t, 200, "", "")
	}
	upgraded := &http.Client{Transport: &http.Transport{DialContext: sameConnection(v.conn)}}
	conn, _, err := websocket.Dial(t.Context(), "ws://x/api/sessions/live", &websocket.DialOptions{HTTPClient: upgraded})
	if err != nil {
		t.Fatal(err)
	}
	k := &client{t: t, conn: conn}
	k.auth(v.token)
	k.request("votes.live", params{"username": "ann", "vote": "up", "timestamp": now()}).want(t, 200, "", "")
	_ = conn.CloseNow()
}

// TestVotingConnectionsAreCounted like all others, until they are closed.
func TestVotingConnectionsAreCounted(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(o *gateway.Options) { o.Server = gateway.NewServer(gateway.ServerOptions{MaxConnections: 3}) })
	h.opened()
	token := h.scoped("bot", 0) // on a connection that is kept alive
	for range 3 {
		var one, two *votingConnection
		for _, v := range []**votingConnection{&one, &two} {
			h.eventually(func() bool { // when the server has noticed that others are gone
				*v = h.votingConnection(token)
				return (*v).served()
			})
		}
		for range 3 {
			one.vote().want(t, 200, "", "")
			two.vote().want(t, 200, "", "")
		}
		if h.served() {
			t.Fatal("a fourth connection is accepted")
		}
		_, _ = io.WriteString(one.conn, "GET /api/stats HTTP/1.1\r\nHost: x\r\n\r\n") // given back before it ends
		one.answer().want(t, 200, "", "")
		if h.served() {
			t.Fatal("a fourth connection is accepted after one was given back")
		}
		_, _ = one.conn.Close(), two.conn.Close()
	}
	h.eventually(h.served)
}

// eventually waits until a condition holds.
func (h *testServer) eventually(holds func() bool) {
	h.t.Helper()
	for end := time.Now().Add(patience / 2); !holds(); {
		if time.Now().After(end) {
			h.t.Fatal("it does not happen")
		}
	}
}

// sameConnection dials to a connection that is open.
func sameConnection(conn net.Conn) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) { return conn, nil }
}

// TestDrainAnswersVotingConnections: those that wait for nothing are closed, others when they
// are answered.
func TestDrainAnswersVotingConnections(t *testing.T) {
	t.Parallel()
	reader := sdk.NewManualReader()
	h := newTestServer(t, func(o *gateway.Options) { o.Meter = sdk.NewMeterProvider(sdk.WithReader(reader)).Meter("") })
	h.opened()
	token := h.scoped("bot", 0)
	idle, busy := h.votingConnection(token), h.votingConnection(token)
	for range 3 {
		idle.vote().want(t, 200, "", "")
		busy.vote().want(t, 200, "", "")
	}
	active := func(n uint64) func() bool {
		return func() bool { return collect(t, reader)["http.server.active_requests"] == n }
	}
	h.eventually(active(0)) // an answer is sent before its request is counted out
	h.journal.Hold()
	defer h.journal.Release()
	busy.ask(voteOf("busy", 1))
	h.eventually(active(1))
	drained := make(chan error, 1)
	go func() { drained <- h.gateway.Drain(t.Context()) }()
	if _, err := idle.in.ReadByte(); err != io.EOF {
		t.Fatal("an idle connection:", err)
	}
	h.journal.Release()
	busy.answer().want(t, 200, "", "")
	if _, err := busy.in.ReadByte(); err != io.EOF {
		t.Fatal("the other connection:", err)
	}
	if err := <-drained; err != nil {
		t.Fatal(err)
	}
}
