package gateway_test

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"partyline/gateway"
	"partyline/protocol"
)

// upgrade asks for a WebSocket and says what status it got.
func (h *testServer) upgrade(headers ...string) int {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), "GET", h.url+"/api/sessions/live", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	res, err := h.client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

var upgradeHeaders = []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}

func TestTenFailedLoginsAMinute(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(o *gateway.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} })
	login := func(from, key string) answer {
		return h.rest("auth.login", "", params{"key": key}, "X-Forwarded-For", from)
	}
	for range 10 {
		login("203.0.113.7", "guess").want(t, 401, "bad_key", "Invalid admin key")
	}
	a := login("203.0.113.7", adminKey)
	a.want(t, 429, "too_many_requests", "")
	if n, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || n < 1 || n > 60 {
		t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
	}
	login("198.51.100.1, 203.0.113.7", adminKey).want(t, 429, "", "") // what stands left is not believed
	login("203.0.113.8", adminKey).want(t, 200, "", "")
	for range 10 {
		login("2001:db8::1", "guess")
	}
	login("2001:db8::ffff", adminKey).want(t, 429, "", "") // the same household
	login("2001:db8:0:1::1", adminKey).want(t, 200, "", "")
}

func TestLoginsBySocketCountToo(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	k := h.dial()
	k.auth(h.admin())
	for range 10 {
		k.request("auth.login", params{"key": "guess"}).want(t, 401, "bad_key", "")
	}
	k.request("auth.login", params{"key": adminKey}).want(t, 429, "too_many_requests", "")
	h.rest("auth.login", "", params{"key": adminKey}).want(t, 429, "", "")
}

func TestForwardedAddressesOfUntrustedPeersAreIgnored(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	for i := range 10 {
		h.rest("auth.login", "", params{"key": "guess"}, "X-Forwarded-For", "203.0.113."+strconv.Itoa(i))
	}
	h.rest("auth.login", "", params{"key": adminKey}, "X-Forwarded-For", "203.0.113.99").want(t, 429, "", "")
}

func TestNewSocketsOfOneAddressAreLimited(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(o *gateway.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		o.ConnectRate = 0.04 // one, and the next after 25 seconds
	})
	from := func(a string) []string { return append([]string{"X-Forwarded-For", a}, upgradeHeaders...) }
	for i, want := range []int{101, 429, 429} {
		if got := h.upgrade(from("203.0.113.7")...); got != want {
			t.Errorf("connection %d: %d, want %d", i+1, got, want)
		}
	}
	if got := h.upgrade(from("203.0.113.8")...); got != 101 {
		t.Error("another address:", got)
	}
	if got := h.upgrade(upgradeHeaders...); got != 101 {
		t.Error("loopback:", got)
	}
}

func TestMaxConnections(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(o *gateway.Options) { o.Server = gateway.NewServer(gateway.ServerOptions{MaxConnections: 3}) })
	a, b := h.dial(), h.dial()
	h.send("GET", "/health", "", nil).want(t, 200, "", "") // the third, kept alive
	if h.served() {
		t.Error("a fourth connection is served")
	}
	_ = a.conn.Close(websocket.StatusNormalClosure, "")
	h.eventually(h.served) // the place is free when the server has noticed
	b.say(params{"type": "ping"})
	wantMessage(t, b.hear(), params{"type": "pong"})
}

// served says whether a new connection gets an answer.
func (h *testServer) served() bool {
	h.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
	_, err = conn.Read(make([]byte, 1))
	return err == nil
}

func TestMessagesOverTheLimit(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	k := h.dial() // not authenticated: 20 messages at once
	for range 30 {
		k.say(params{"type": "ping"})
	}
	pongs, errors := 0, 0
	for range 30 {
		switch m := k.hear(); m["type"] {
		case "pong":
			pongs++
		case "error":
			wantMessage(t, m, params{"code": "too_many_requests"})
			errors++
		}
	}
	if pongs < 20 || errors == 0 {
		t.Errorf("%d pongs, %d errors", pongs, errors)
	}
}

func TestSocketFloodIsClosed(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	k := h.dial()
	go func() {
		for k.conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"ping"}`)) == nil {
		}
	}()
	if e := k.hearClose(); e.Code != websocket.StatusCode(protocol.CloseTooMany) {
		t.Error("closed with", e)
	}
}

// TestRequestsInFlight holds the commits back: what waits is bounded for a viewer's
// reads and a bot's votes alike.
func TestRequestsInFlight(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	k := h.dial()
	k.auth(h.scoped(protocol.RoleBot, 0))
	h.journal.Hold()
	const most, over = 1024, 7
	at := now()
	for i := range most + over {
		k.say(params{"type": "request", "id": strconv.Itoa(i), "op": "votes.live", "data": params{"username": "v" + strconv.Itoa(i), "vote": "up", "timestamp": at}})
	}
	for range over {
		wantMessage(t, k.hear(), params{"type": "response", "status": 429.0})
	}
	h.journal.Release()
	for range most {
		wantMessage(t, k.hear(), params{"type": "response", "status": 200.0})
	}
}

// TestVotesDoNotDelayOtherRequests: while commits are held back, more votes wait than a socket
// has workers, and what needs no commit is answered. A choice in a poll is a vote.
func TestVotesDoNotDelayOtherRequests(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	session, _ := h.opened()
	token := h.admin()
	h.rest("sessions.poll.start", token, params{"id": session, "game_ids": []int{1, 2}, "seconds": 3600}).want(t, 201, "", "")
	for op, data := range map[string]params{
		"votes.live":         {"vote": "up", "timestamp": now()},
		"sessions.poll.vote": {"id": session, "choice": 2},
	} {
		k := h.dial()
		k.auth(token)
		h.journal.Hold()
		const votes = 20
		for i := range votes {
			data["username"] = "v" + strconv.Itoa(i)
			k.say(params{"type": "request", "id": "v" + strconv.Itoa(i), "op": op, "data": data})
		}
		k.request("health.get", nil).want(t, 200, "", "")
		h.journal.Release()
		for range votes {
			wantMessage(t, k.hear(), params{"type": "response", "status": 200.0})
		}
	}
}

func TestMessagesOfWrongKinds(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	for _, c := range []struct {
		name string
		kind websocket.MessageType
		data []byte
		code protocol.CloseCode
	}{
		{"binary", websocket.MessageBinary, []byte("{}"), protocol.CloseBadData},
		{"not UTF-8", websocket.MessageText, []byte("{\"type\":\"\xff\"}"), protocol.CloseInvalidUTF8},
		{"too big", websocket.MessageText, make([]byte, protocol.MaxMessage+1), protocol.CloseTooBig},
	} {
		k := h.dial()
		if err := k.conn.Write(t.Context(), c.kind, c.data); err != nil {
			t.Fatal(err)
		}
		if e := k.hearClose(); e.Code != websocket.StatusCode(c.code) {
			t.Errorf("%s: closed with %v", c.name, e)
		}
	}
}

func TestDrain(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	h.opened()
	token := h.admin()
	k := h.dial()
	k.auth(token)
	k.say(params{"type": "subscribe", "sessionId": 1})
	wantMessage(t, k.hear(), params{"type": "subscribed"})
	h.rest("votes.live", token, params{"username": "ann", "vote": "up", "timestamp": now()}).want(t, 200, "", "")
	drained := make(chan error, 1)
	go func() { drained <- h.gateway.Drain(t.Context()) }()
	wantMessage(t, k.hearType("server.draining"), params{"type": "server.draining"})
	if e := k.hearClose(); e.Code != websocket.StatusCode(protocol.CloseGoingAway) {
		t.Error("closed with", e)
	}
	if err := <-drained; err != nil {
		t.Error("drain:", err)
	}
	if got := h.upgrade(upgradeHeaders...); got != 503 {
		t.Error("a new socket while draining:", got)
	}
	h.rest("votes.live", token, params{"username": "bob", "vote": "up", "timestamp": now()}).want(t, 200, "", "")
}
