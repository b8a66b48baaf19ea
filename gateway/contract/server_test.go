package contract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/netip"
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
	"partyline/gateway/outbound"
	"partyline/persistence/memory"
	"partyline/protocol"
)

const (
	adminKey  = "an admin key for tests"
	jwtSecret = "a secret of thirty-two bytes, at least"
)

// pending are operations that are described and not served yet. Nothing of the
// description may stand here for longer than a piece of work takes; empty it.
var pending = map[string]string{}

// shared reads the description once for all tests that need no count of their own.
var shared = sync.OnceValues(contract.New)

func checker(t *testing.T) *contract.Checker {
	t.Helper()
	c, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// house is a whole server on loopback with its journal in memory, every exchange with
// which is checked.
type testServer struct {
	t       *testing.T
	url     string
	checker *contract.Checker
	journal *memory.Journal
	hub     *actors.Hub
	gateway *gateway.Gateway
	client  *http.Client
	token   string // an admin's, when somebody has logged in
	guest   string // of a phone, when one has joined
	closing sync.Once
}

// options of a house; the zero value is an ordinary one.
type options struct {
	hub     func(*actors.Options)
	gateway func(*gateway.Options)
	// wrap goes in front of the gateway.
	wrap func(http.Handler) http.Handler
}

func newTestServer(t *testing.T, c *contract.Checker, o options) *testServer {
	t.Helper()
	return newTestServerOn(t, c, o, memory.New(memory.Options{}))
}

// newTestServerOn is a server on a journal, which it closes.
func newTestServerOn(t *testing.T, c *contract.Checker, o options, j *memory.Journal) *testServer {
	t.Helper()
	h := &testServer{t: t, checker: c, journal: j}
	h.client = &http.Client{Transport: &contract.Transport{Checker: c, Fault: func(f string) { t.Error(f) },
		Base: &http.Transport{ExpectContinueTimeout: 10 * time.Second}}}
	h.serve(h.open(o), o.wrap)
	return h
}

// open makes the hub and the gateway in front of it.
func (h *testServer) open(o options) *fanout.Engine {
	h.t.Helper()
	ho := actors.Options{Journal: h.journal, MaxActiveSessions: 1, Draw: func() float64 { return 0.5 },
		OnRevoked:     func(id protocol.TokenID) { h.gateway.Revoked(id) },
		OnJoinChanged: func(id protocol.SessionID, now protocol.JoinGeneration) { h.gateway.JoinChanged(id, now) }}
	if o.hub != nil {
		o.hub(&ho)
	}
	var err error
	if h.hub, err = actors.New(h.t.Context(), ho); err != nil {
		h.t.Fatal(err)
	}
	engine := fanout.New(fanout.Options{Hub: h.hub, HeartbeatInterval: 50 * time.Millisecond})
	g := gateway.Options{Hub: h.hub, Engine: engine, AdminKey: adminKey, JWTSecret: []byte(jwtSecret), Log: zerolog.Nop(), Ready: h.hub.Health,
		Metrics:        http.HandlerFunc(metrics),
		CheckURL:       deafCourier(h.t).Check,
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	if o.gateway != nil {
		o.gateway(&g)
	}
	if h.gateway, err = gateway.New(g); err != nil {
		h.t.Fatal(err)
	}
	return engine
}

// deafCourier judges URLs as the program does, but that no name is asked for.
func deafCourier(t *testing.T) *outbound.Sender {
	t.Helper()
	c := outbound.New(outbound.Options{Resolver: &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, net.ErrClosed
	}}})
	t.Cleanup(c.Close)
	return c
}

// metrics stands in for the exporter, which is the program's.
func metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = io.WriteString(w, "up 1\n") // a client that is gone needs no answer
}

// serve listens until the test ends, and then expects everything to end.
func (h *testServer) serve(engine *fanout.Engine, wrap func(http.Handler) http.Handler) {
	h.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	h.url = "http://" + l.Addr().String()
	server := h.gateway.HTTPServer()
	if wrap != nil {
		server.Handler = wrap(server.Handler)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(h.gateway.Listener(l)) }()
	h.t.Cleanup(func() {
		h.client.CloseIdleConnections()
		_ = server.Close()
		<-served
		engine.Close()
		h.gateway.Close()
		h.close()
		_ = h.journal.Close()
	})
}

// close closes the hub, once.
func (h *testServer) close() {
	h.t.Helper()
	h.closing.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := h.hub.Close(ctx); err != nil {
			h.t.Error("hub:", err)
		}
	})
}

// login keeps an admin token for what follows.
func (h *testServer) login() *testServer {
	h.t.Helper()
	a := h.ask("auth.login", params{"key": adminKey})
	a.want(200)
	h.token = a.text("token")
	return h
}

// params are an operation's parameters by name, wherever they stand.
type params map[string]any

// answer is what came back.
type answer struct {
	t      *testing.T
	name   string
	status int
	header http.Header
	body   []byte
}

func (a answer) want(status int) {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: status %d, want %d: %s", a.name, a.status, status, a.body)
	}
}

// text is a field of the answer.
func (a answer) text(field string) string {
	a.t.Helper()
	var o map[string]any
	if err := json.Unmarshal(a.body, &o); err != nil {
		a.t.Fatalf("%s: not an object: %s", a.name, a.body)
	}
	s, _ := o[field].(string)
	return s
}

// ask sends an operation as an admin, when one has logged in, or as a guest what only
// guests may. Headers are pairs; the
// last value of a name counts, an empty one takes the header away. A parameter named
// "" is the body as it is.
func (h *testServer) ask(op string, p params, headers ...string) answer {
	h.t.Helper()
	method, path, body := h.place(op, p)
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, body)
	if err != nil {
		h.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token := h.bearer(op); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if req.Header.Del(headers[i]); headers[i+1] != "" {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	return h.do(op, req)
}

func (h *testServer) bearer(op string) string {
	for _, row := range protocol.Operations() {
		if row.Op == op && row.Access == protocol.AccessGuest {
			return h.guest
		}
	}
	return h.token
}

func (h *testServer) do(op string, req *http.Request) answer {
	h.t.Helper()
	res, err := h.client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	a := answer{t: h.t, name: op, status: res.StatusCode, header: res.Header}
	if a.status == http.StatusSwitchingProtocols {
		return a // what follows is a WebSocket
	}
	if a.body, err = io.ReadAll(res.Body); err != nil {
		h.t.Fatal(err)
	}
	return a
}

// place puts the parameters where the description has them.
func (h *testServer) place(op string, p params) (method, path string, body io.Reader) {
	h.t.Helper()
	o := h.operation(op)
	rest, path := params{}, o.Path
	for name, v := range p {
		if slot := "{" + name + "}"; strings.Contains(path, slot) {
			path = strings.ReplaceAll(path, slot, url.PathEscape(plain(v)))
			continue
		}
		rest[name] = v
	}
	if raw, ok := rest[""].(string); ok {
		return o.Method, path, strings.NewReader(raw)
	}
	if o.Method == http.MethodGet {
		q := url.Values{}
		for name, v := range rest {
			q.Set(name, plain(v))
		}
		if len(q) > 0 {
			path += "?" + q.Encode()
		}
		return o.Method, path, nil
	}
	if len(rest) == 0 {
		return o.Method, path, nil
	}
	b, err := json.Marshal(rest)
	if err != nil {
		h.t.Fatal(err)
	}
	return o.Method, path, bytes.NewReader(b)
}

func (h *testServer) operation(op string) contract.Operation {
	h.t.Helper()
	for _, o := range h.checker.Operations() {
		if o.ID == op {
			return o
		}
	}
	h.t.Fatalf("no operation %s", op)
	return contract.Operation{}
}

func plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, _ := json.Marshal(v) // numbers and booleans
	return string(b)
}

func now() string { return protocol.TimestampOf(time.Now()).String() }
