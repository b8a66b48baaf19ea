package fanout_test

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

// testServer is an engine behind a real HTTP server, with a hub in memory.
type testServer struct {
	t      testing.TB
	hub    *fakeHub
	engine *fanout.Engine
	server *httptest.Server
	conns  chan *fanout.Conn // in the order they came
	// afterAccept is called between Accept and Serve.
	afterAccept func()
	// chargeReplay is passed to Accept; nil charges nothing.
	chargeReplay func(bytes int) time.Duration
}

// newServer starts a server; when the test ends no goroutine, watch or connection of it may be
// left.
func newServer(t testing.TB, o fanout.Options, sessions ...protocol.SessionID) *testServer {
	return startServer(t, o, (*httptest.Server).Start, sessions...)
}

func newTLSServer(t testing.TB, o fanout.Options, sessions ...protocol.SessionID) *testServer {
	return startServer(t, o, (*httptest.Server).StartTLS, sessions...)
}

func startServer(t testing.TB, o fanout.Options, start func(*httptest.Server), sessions ...protocol.SessionID) *testServer {
	if _, ok := t.(*testing.T); ok { // benchmarks have goroutines of their own
		t.Cleanup(func() { goleak.VerifyNone(t) })
	}
	hub := newHub(sessions...)
	o.Hub, o.Log = hub, zerolog.New(io.Discard)
	ts := &testServer{t: t, hub: hub, engine: fanout.New(o), conns: make(chan *fanout.Conn, 10_000)}
	ts.server = httptest.NewUnstartedServer(http.HandlerFunc(ts.accept))
	ts.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	start(ts.server)
	t.Cleanup(func() {
		ts.engine.Close()
		ts.server.Close()
		for _, id := range sessions {
			if n := hub.watches(id); n != 0 {
				t.Errorf("session %d: %d watches were not ended", id, n)
			}
		}
		if s := ts.engine.Stats(); s.Connections != 0 || s.Subscriptions != 0 || s.Sessions != 0 || s.Unread != 0 {
			t.Errorf("not released: %+v", s)
		}
	})
	return ts
}

// accept stands in for the gateway: it understands just enough messages to drive the engine.
func (ts *testServer) accept(w http.ResponseWriter, r *http.Request) {
	from, _ := netip.ParseAddr(r.URL.Query().Get("from"))
	c, err := ts.engine.Accept(w, r, fanout.AcceptOptions{OriginPatterns: []string{"*.friend.test"}, ClientAddr: from, ChargeReplay: ts.chargeReplay, Tag: r.URL.Query().Get("tag")})
	if err != nil {
		return
	}
	if ts.afterAccept != nil {
		ts.afterAccept()
	}
	c.Serve(func(message []byte) { ts.receive(c, message) }, func() {})
	ts.conns <- c
}

func (ts *testServer) receive(c *fanout.Conn, message []byte) {
	var m protocol.ClientMessage
	if err := json.Unmarshal(message, &m); err != nil {
		ts.t.Errorf("a client's message was altered: %q", message)
	}
	switch m.Type {
	case protocol.MessageAuth:
		c.SubscribeAnnouncements()
		answer(c, protocol.Notice{Type: protocol.MessageAuthSuccess})
	case protocol.MessageSubscribe:
		_, err := c.Subscribe(ts.t.Context(), fanout.Subscription{Session: m.SessionID, Mode: m.Mode, Since: m.Since, Epoch: m.Epoch, Snapshot: m.Snapshot})
		if e, ok := err.(*protocol.Error); ok {
			answer(c, protocol.Notice{Type: protocol.MessageError, SessionID: m.SessionID, Message: e.Message, Code: e.Code})
		}
	case protocol.MessageUnsubscribe:
		c.Unsubscribe(m.SessionID)
		answer(c, protocol.Notice{Type: protocol.MessageUnsubscribed, SessionID: m.SessionID})
	case protocol.MessageRequest:
		answer(c, protocol.Response{Type: protocol.MessageResponse, ID: m.ID, Status: 200, Data: m.Data})
	case protocol.MessagePing:
		answer(c, protocol.Notice{Type: protocol.MessagePong})
	default:
		panic(m.Type)
	}
}

func answer(c *fanout.Conn, v any) {
	b, _ := json.Marshal(v)
	c.Send(b)
}

// dial opens a connection and sends nothing.
func (ts *testServer) dial() net.Conn {
	ts.t.Helper()
	conn, err := net.Dial("tcp", ts.server.Listener.Addr().String())
	if err != nil {
		ts.t.Fatal(err)
	}
	if ts.server.TLS != nil {
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) // the test server's own certificate
	}
	ts.t.Cleanup(func() { _ = conn.Close() })
	return conn
}
