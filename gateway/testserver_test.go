package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors"
	"partyline/gateway"
	"partyline/gateway/contract"
	"partyline/gateway/fanout"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

const (
	adminKey  = "an admin key for tests"
	jwtSecret = "a secret of thirty-two bytes, at least"
)

// testServer is a whole server on loopback with its journal in memory.
type testServer struct {
	t       testing.TB
	url     string
	journal *memory.Journal // nil when it is another
	kept    persistence.Journal
	hub     *actors.Hub
	gateway *gateway.Gateway
	client  *http.Client
}

func newTestServer(t testing.TB, changes ...func(*gateway.Options)) *testServer {
	t.Helper()
	j := memory.New(memory.Options{})
	h := newTestServerOn(t, j, changes...)
	h.journal = j
	return h
}

// newTestServerOn keeps everything in a journal that it closes at the end.
func newTestServerOn(t testing.TB, j persistence.Journal, changes ...func(*gateway.Options)) *testServer {
	t.Helper()
	return newTestServerWith(t, j, func(*actors.Options) {}, changes...)
}

// newTestServerWith is newTestServerOn with another hub.
func newTestServerWith(t testing.TB, j persistence.Journal, hub func(*actors.Options), changes ...func(*gateway.Options)) *testServer {
	t.Helper()
	h := &testServer{t: t, kept: j, client: &http.Client{Transport: checked(t)}}
	var err error
	ho := actors.Options{Journal: j, MaxActiveSessions: 2, Draw: func() float64 { return 0.5 }, DrawCode: drawn(),
		OnRevoked:     func(id protocol.TokenID) { h.gateway.Revoked(id) },
		OnJoinChanged: func(id protocol.SessionID, now protocol.JoinGeneration) { h.gateway.JoinChanged(id, now) }}
	hub(&ho)
	h.hub, err = actors.New(t.Context(), ho)
	if err != nil {
		t.Fatal(err)
	}
	engine := fanout.New(fanout.Options{Hub: h.hub, HeartbeatInterval: 50 * time.Millisecond})
	o := gateway.Options{Hub: h.hub, Engine: engine, AdminKey: adminKey, JWTSecret: []byte(jwtSecret), Log: zerolog.Nop(), Ready: h.hub.Health}
	for _, change := range changes {
		change(&o)
	}
	if h.gateway, err = gateway.New(o); err != nil {
		t.Fatal(err)
	}
	h.serve(engine)
	return h
}

// drawn draws one code after the other: 222222, 333332, and so on.
func drawn() func() string {
	n := -1
	return func() string {
		n++
		letter := func(n int) string { return protocol.JoinAlphabet[n%len(protocol.JoinAlphabet):][:1] }
		return strings.Repeat(letter(n), protocol.JoinCodeLength-1) + letter(n/len(protocol.JoinAlphabet))
	}
}

// described reads the description of the API once for all tests.
var described = sync.OnceValues(contract.New)

// checked is a transport that holds every exchange against the description, but for
// benchmarks.
func checked(t testing.TB) http.RoundTripper {
	t.Helper()
	if _, bench := t.(*testing.B); bench {
		return &http.Transport{}
	}
	c, err := described()
	if err != nil {
		t.Fatal(err)
	}
	return &contract.Transport{Checker: c, Base: &http.Transport{}, Fault: func(f string) { t.Error(f) }}
}

// epoch is that of the server's timeline.
func (h *testServer) epoch() string { return h.kept.Epoch().ID }

// serve listens until the test ends, and then expects everything to end.
func (h *testServer) serve(engine *fanout.Engine) {
	h.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	h.url = "http://" + l.Addr().String()
	server := h.gateway.HTTPServer()
	served := make(chan error, 1)
	go func() { served <- server.Serve(h.gateway.Listener(l)) }()
	h.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		h.client.CloseIdleConnections()
		_ = server.Close()
		<-served
		within(h.t, "the engine", engine.Close)
		h.gateway.Close()
		if err := h.hub.Close(ctx); err != nil {
			h.t.Error("hub:", err)
		}
		_ = h.kept.Close()
	})
}

// within fails the test, rather than hang it, when something does not end.
func within(t testing.TB, what string, end func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		end()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Errorf("%s does not end", what)
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) object(t testing.TB) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal(a.body, &o); err != nil {
		t.Fatalf("not an object: %s", a.body)
	}
	return o
}

func (a answer) text(t testing.TB, field string) string {
	t.Helper()
	s, _ := a.object(t)[field].(string)
	return s
}

// want checks the status and, when they are given, the error's code and sentence.
func (a answer) want(t testing.TB, status int, code protocol.Code, message string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if code != "" && a.text(t, "code") != string(code) {
		t.Fatalf("code %q, want %q: %s", a.text(t, "code"), code, a.body)
	}
	if message != "" && a.text(t, "error") != message {
		t.Fatalf("error %q, want %q", a.text(t, "error"), message)
	}
}

// send makes one HTTP request. Body may be nil, a string as it is, or a value for
// JSON; headers are pairs.
func (h *testServer) send(method, path, token string, body any, headers ...string) answer {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, bodyOf(h.t, body))
	if err != nil {
		h.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	return h.do(req)
}

func (h *testServer) do(req *http.Request) answer {
	h.t.Helper()
	res, err := h.client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, b}
}

func bodyOf(t testing.TB, body any) io.Reader {
	t.Helper()
	switch b := body.(type) {
	case nil:
		return nil
	case string:
		return strings.NewReader(b)
	}
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b)
}

// params are an operation's parameters by name, wherever they stand.
type params map[string]any

// rest sends an operation by REST: its parameters go where the table says.
func (h *testServer) rest(op, token string, p params, headers ...string) answer {
	h.t.Helper()
	row := operation(h.t, op)
	path, rest := row.Path, params{}
	for name, v := range p {
		if slot := "{" + name + "}"; strings.Contains(path, slot) {
			path = strings.ReplaceAll(path, slot, url.PathEscape(plainText(v)))
		} else {
			rest[name] = v
		}
	}
	if row.Method == "GET" {
		q := url.Values{}
		for name, v := range rest {
			q.Set(name, plainText(v))
		}
		return h.send("GET", path+"?"+q.Encode(), token, nil, headers...)
	}
	if len(rest) == 0 {
		return h.send(row.Method, path, token, nil, headers...)
	}
	return h.send(row.Method, path, token, rest, headers...)
}

func plainText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, _ := json.Marshal(v) // numbers and booleans
	return string(b)
}

func operation(t testing.TB, op string) protocol.Operation {
	t.Helper()
	for _, row := range protocol.Operations() {
		if row.Op == op {
			return row
		}
	}
	t.Fatalf("no operation %s", op)
	return protocol.Operation{}
}

// admin logs in.
func (h *testServer) admin() string {
	h.t.Helper()
	a := h.rest("auth.login", "", params{"key": adminKey})
	a.want(h.t, 200, "", "")
	return a.text(h.t, "token")
}

// scoped makes a token of a role, for one session unless that is 0.
func (h *testServer) scoped(role protocol.Role, session int) string {
	h.t.Helper()
	p := params{"role": role, "name": "test"}
	if session != 0 {
		p["sessionId"] = session
	}
	a := h.rest("tokens.create", h.admin(), p)
	a.want(h.t, 201, "", "")
	return a.text(h.t, "token")
}

// opened makes a session with one game being played, and returns both ids.
func (h *testServer) opened() (session, play int) {
	h.t.Helper()
	token := h.admin()
	s := h.rest("sessions.create", token, params{})
	s.want(h.t, 201, "", "")
	session = int(s.object(h.t)["id"].(float64))
	g := h.rest("sessions.games.add", token, params{"id": session, "game_id": 1})
	g.want(h.t, 201, "", "")
	return session, int(g.object(h.t)["id"].(float64))
}

func now() string { return protocol.TimestampOf(time.Now()).String() }
