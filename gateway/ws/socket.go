package ws

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"partyline/gateway/api"
	"partyline/gateway/auth"
	"partyline/gateway/clientaddr"
	"partyline/gateway/decode"
	"partyline/gateway/fanout"
	"partyline/gateway/limit"
	"partyline/protocol"
)

const (
	// addressFullWait is the Retry-After of a client whose address has all the WebSockets
	// it may have: one of them has to be closed first.
	addressFullWait = 30 * time.Second
	// throttlePause is how long a socket is not read after one of its requests was
	// refused. To read and refuse costs as much as to take: bots that wait for no answer
	// would have the hub do nothing else. So they wait in their own send buffers, while
	// the hub works off, in about as long, what it has let in.
	throttlePause = 50 * time.Millisecond
)

// What CloseForbidden says of a token. Pages try an expired one again, because a clock that
// was wrong may be put right, and a revoked one never.
const (
	tokenRevoked = "Token revoked"
	tokenExpired = "Token expired"
)

// socket is one WebSocket as its messages see it: whose it is and what it may still ask.
// Its messages are read one after the other, by the engine's reader.
type socket struct {
	server *Server
	conn   *fanout.Conn
	client netip.Addr
	opened time.Time

	current    atomic.Pointer[auth.Identity] // written by the reader, read by expiry
	messages   *limit.Bucket
	violations *limit.Bucket
	workers    workerPool
	message    message     // the reader's: the one that is handled
	subscribed bool        // it has subscribed to something
	throttled  atomic.Bool // there was no room for a request of it, or its token has used up its rate

	ctx    context.Context // ends with the connection
	cancel context.CancelFunc
}

// Upgrade makes a WebSocket of a request and returns: the engine reads on. A returned
// error has not been answered yet.
func (s *Server) Upgrade(w http.ResponseWriter, r *http.Request) *protocol.Error {
	from := s.proxies.Client(r)
	if err := s.checkHandshake(r); err != nil {
		return err
	}
	if wait := s.connectLimit.Take(from, time.Now()); wait > 0 {
		return limit.TooMany(wait, "Too many connections from this address, try again in a moment")
	}
	if !s.connections.AddSocket(from) {
		return limit.TooMany(addressFullWait, "Too many open connections from this address")
	}
	sock := newSocket(s, from)
	// The origin has been checked before.
	peer, err := s.engine.Accept(w, r, fanout.AcceptOptions{OriginPatterns: []string{"*"}, ClientAddr: s.unreadBy(from), ChargeReplay: sock.chargeReplay, Tag: sock})
	if err != nil {
		sock.cancel()
		s.connections.SocketFailed(from)
		return nil // the handshake did not fit, and the library has said so: it is HTTP still
	}
	sock.conn = peer
	peer.Serve(sock.receive, sock.closed)
	return nil
}

// unreadBy is the site whose sockets share a budget of unread bytes, the zero Addr for
// none: the operator's own, and sockets by a proxy that does not say for whom.
func (s *Server) unreadBy(from netip.Addr) netip.Addr {
	if s.connections.Exempt(from) {
		return netip.Addr{}
	}
	return clientaddr.Site(from)
}

// chargeReplay charges what was read from the journal for the socket's subscriptions.
func (sock *socket) chargeReplay(bytes int) time.Duration {
	return sock.server.requestLimits.Spend(sock.identity().Principal, sock.client, limit.CostOf(bytes), time.Now())
}

// checkHandshake says whether the request may become a WebSocket at all.
func (s *Server) checkHandshake(r *http.Request) *protocol.Error {
	switch {
	case !strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
		return protocol.Invalid("Expected a WebSocket handshake")
	case s.draining.Load():
		return protocol.ShuttingDown()
	}
	return nil
}

func newSocket(s *Server, from netip.Addr) *socket {
	now := time.Now()
	sock := &socket{server: s, client: from, opened: now,
		messages: limit.NewBucket(limit.MessagesOf(""), now), violations: limit.NewBucket(&limit.Violations, now)}
	sock.current.Store(&auth.Identity{})
	sock.ctx, sock.cancel = context.WithCancel(context.Background())
	return sock
}

// closed is called once, last, when the connection has ended.
func (sock *socket) closed() {
	sock.cancel()
	if who := sock.identity(); who.Role == protocol.RoleGuest {
		sock.server.deviceSockets.Remove(sock, who.Principal)
	}
	sock.server.connections.SocketClosed(sock.client)
}

func (sock *socket) identity() *auth.Identity { return sock.current.Load() }

// receive is called for each message, in order. The bytes are the reader's: what is to
// outlive the call is copied.
func (sock *socket) receive(raw []byte) {
	now := time.Now()
	allowed := sock.messages.Take(now) == 0
	if !allowed {
		sock.server.requestMetrics.Refused.Add(sock.ctx, 1)
	}
	if !allowed && sock.violations.Take(now) > 0 {
		sock.conn.Close(protocol.CloseTooMany, "Too many messages")
		return
	}
	m := &sock.message
	err := m.read(raw)
	defer func() { *m = message{} }() // it points into the reader's buffer
	switch {
	case m.Type == protocol.MessageRequest && m.ID != "":
		sock.handleRequest(m, err, allowed, now)
	case !allowed && m.Type == protocol.MessageSubscribe:
		sock.sendError(m.SessionID, errTooFast())
	case !allowed:
		sock.sendError(0, errTooFast())
	case err != nil && m.Type == "":
		sock.sendError(0, decode.Malformed("Invalid message format"))
	case err != nil:
		sock.sendError(0, err)
	default:
		sock.dispatch(m)
	}
	if sock.throttled.Swap(false) {
		time.Sleep(throttlePause)
	}
}

func (sock *socket) dispatch(m *message) {
	switch m.Type {
	case protocol.MessageAuth:
		sock.handleAuth(m.Token)
	case protocol.MessagePing:
		sock.sendNotice(protocol.Notice{Type: protocol.MessagePong})
	case protocol.MessageSubscribe:
		sock.ifAuthenticated(func() { sock.subscribe(m) })
	case protocol.MessageUnsubscribe:
		sock.ifAuthenticated(func() { sock.unsubscribe(m) })
	case protocol.MessageRequest:
		sock.sendError(0, errFrameID())
	case "":
		sock.sendError(0, decode.Malformed("Invalid message format"))
	default:
		sock.sendError(0, protocol.Errorf(protocol.CodeUnknownType, "Unknown message type: %s", truncated(m.Type)))
	}
}

// handleAuth takes a token, the first or a fresh one in place of one that expires. A fresh one
// must be good for what is subscribed already.
func (sock *socket) handleAuth(token string) {
	if token == "" {
		sock.sendNotice(protocol.Notice{Type: protocol.MessageAuthError, Message: "Token required", Code: protocol.CodeUnauthenticated})
		return
	}
	h, err := sock.server.auth.Verify(token)
	if err != nil {
		sock.sendNotice(protocol.Notice{Type: protocol.MessageAuthError, Message: err.Message, Code: err.Code})
		return
	}
	before := sock.identity().Principal
	if before.Role != "" && h.Session != 0 && h.Session != before.Session {
		sock.sendError(0, protocol.Errorf(protocol.CodeForbidden, "A token for another session needs a separate connection"))
		return
	}
	sock.setIdentity(before, h)
	switch messages, now := limit.MessagesOf(h.Role), time.Now(); before.Role {
	case h.Role:
	case "":
		sock.messages = limit.NewBucket(messages, now)
	default:
		sock.messages.Become(messages, now)
	}
	sock.sendNotice(protocol.Notice{Type: protocol.MessageAuthSuccess, Message: "Authenticated successfully"})
	if before.Role == "" {
		sock.conn.SubscribeAnnouncements()
	}
}

// setIdentity changes whose socket it is. When a device has too many sockets, its oldest
// is closed.
func (sock *socket) setIdentity(before protocol.Principal, now auth.Identity) {
	if before.Role == protocol.RoleGuest {
		sock.server.deviceSockets.Remove(sock, before)
	}
	sock.current.Store(&now)
	if now.Role != protocol.RoleGuest {
		return
	}
	if oldest, tooMany := sock.server.deviceSockets.Add(sock, now.Principal); tooMany {
		oldest.conn.Close(protocol.CloseTooMany, "This device has opened newer connections")
	}
}

// ifAuthenticated calls then only when the token is still good.
func (sock *socket) ifAuthenticated(then func()) {
	switch {
	case sock.identity().Role == "":
		sock.sendError(0, errNotAuthenticated())
	case sock.closeIfInvalid(time.Now()):
	default:
		then()
	}
}

// closeIfInvalid closes a socket whose token is no longer good, and says that it did.
func (sock *socket) closeIfInvalid(now time.Time) bool {
	h := sock.identity()
	switch {
	case !sock.server.auth.NotRevoked(h):
		sock.conn.Close(protocol.CloseForbidden, tokenRevoked)
	case sock.server.auth.Expired(h, now):
		sock.conn.Close(protocol.CloseForbidden, tokenExpired)
	default:
		return false
	}
	return true
}

func (sock *socket) sendNotice(n protocol.Notice) {
	b, err := api.AppendJSON(nil, n)
	if err == nil { // a Notice of strings always marshals
		sock.conn.Send(b)
	}
}

// sendError sends an error that answers no request; for a subscribe it says which
// session.
func (sock *socket) sendError(s protocol.SessionID, e *protocol.Error) {
	sock.sendNotice(protocol.Notice{Type: protocol.MessageError, SessionID: s, Message: e.Message, Code: e.Code, RetryAfter: api.RetryAfterSeconds(e)})
}

func errTooFast() *protocol.Error {
	return protocol.Errorf(protocol.CodeTooMany, "Too many messages, slow down")
}

func errNotAuthenticated() *protocol.Error {
	return protocol.Errorf(protocol.CodeNotAuthenticated, "Not authenticated")
}

// truncated keeps what a client wrote from filling our answer.
func truncated(s string) string {
	const most = 64
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
