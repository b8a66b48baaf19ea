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

// arena is an engine behind a real server, with a hub in memory.
type arena struct {
	t      testing.TB
	hub    *fakeHub
	engine *fanout.Engine
	server *httptest.Server
	peers  chan *fanout.Conn // in the order they came
	// between is called between Accept and Serve.
	between func()
	// pay is asked for each peer; nil is not.
	pay func(bytes int) time.Duration
}

// newArena begins one; at the end of the test nothing of it may be left.
func newArena(t testing.TB, o fanout.Options, sessions ...protocol.SessionID) *arena {
	return startArena(t, o, (*httptest.Server).Start, sessions...)
}

func newTLSArena(t testing.TB, o fanout.Options, sessions ...protocol.SessionID) *arena {
	return startArena(t, o, (*httptest.Server).StartTLS, sessions...)
}

func startArena(t testing.TB, o fanout.Options, start func(*httptest.Server), sessions ...protocol.SessionID) *arena {
	if _, ok := t.(*testing.T); ok { // benchmarks have goroutines of their own
		t.Cleanup(func() { goleak.VerifyNone(t) })
	}
	hub := newHub(sessions...)
	o.Hub, o.Log = hub, zerolog.New(io.Discard)
	a := &arena{t: t, hub: hub, engine: fanout.New(o), peers: make(chan *fanout.Conn, 10_000)}
	a.server = httptest.NewUnstartedServer(http.HandlerFunc(a.accept))
	a.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	start(a.server)
	t.Cleanup(func() {
		a.engine.Close()
		a.server.Close()
		for _, id := range sessions {
			if n := hub.watches(id); n != 0 {
				t.Errorf("session %d: %d feeds were not given back", id, n)
			}
		}
		if s := a.engine.Stats(); s.Connections != 0 || s.Subscriptions != 0 || s.Sessions != 0 || s.Unread != 0 {
			t.Errorf("left behind: %+v", s)
		}
	})
	return a
}

// accept is the upper layer: just enough of the messages to drive the engine.
func (a *arena) accept(w http.ResponseWriter, r *http.Request) {
	from, _ := netip.ParseAddr(r.URL.Query().Get("from"))
	c, err := a.engine.Accept(w, r, fanout.AcceptOptions{OriginPatterns: []string{"*.friend.test"}, ClientAddr: from, ChargeReplay: a.pay, Tag: r.URL.Query().Get("tag")})
	if err != nil {
		return
	}
	if a.between != nil {
		a.between()
	}
	c.Serve(func(message []byte) { a.receive(c, message) }, func() {})
	a.peers <- c
}

func (a *arena) receive(c *fanout.Conn, message []byte) {
	var m protocol.ClientMessage
	if err := json.Unmarshal(message, &m); err != nil {
		a.t.Errorf("a client's message came mangled: %q", message)
	}
	switch m.Type {
	case protocol.MessageAuth:
		c.SubscribeAnnouncements()
		answer(c, protocol.Notice{Type: protocol.MessageAuthSuccess})
	case protocol.MessageSubscribe:
		_, err := c.Subscribe(a.t.Context(), fanout.Subscription{Session: m.SessionID, Mode: m.Mode, Since: m.Since, Epoch: m.Epoch, Snapshot: m.Snapshot})
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

// dial opens a connection to the arena without a word on it.
func (a *arena) dial() net.Conn {
	a.t.Helper()
	conn, err := net.Dial("tcp", a.server.Listener.Addr().String())
	if err != nil {
		a.t.Fatal(err)
	}
	if a.server.TLS != nil {
		conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) // the test server's own certificate
	}
	a.t.Cleanup(func() { _ = conn.Close() })
	return conn
}
