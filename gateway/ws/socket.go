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
	peer   *fanout.Conn
	from   netip.Addr
	opened time.Time

	current    atomic.Pointer[auth.Identity] // written by the reader, read by the sweeper
	messages   *limit.Bucket
	violations *limit.Bucket
	workers    workerPool
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
	k := newSocket(s, from)
	// Every origin that gets here has been looked at.
	peer, err := s.engine.Accept(w, r, fanout.AcceptOptions{OriginPatterns: []string{"*"}, ClientAddr: s.unreadBy(from), ChargeReplay: k.chargeReplay, Tag: k})
	if err != nil {
		k.cancel()
		s.connections.SocketFailed(from)
		return nil // the handshake did not fit, and the library has said so: it is HTTP still
	}
	k.peer = peer
	peer.Serve(k.receive, k.closed)
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
func (k *socket) chargeReplay(bytes int) time.Duration {
	return k.server.requestLimits.Spend(k.identity().Principal, k.from, limit.CostOf(bytes), time.Now())
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
	k := &socket{server: s, from: from, opened: now,
		messages: limit.NewBucket(limit.MessagesOf(""), now), violations: limit.NewBucket(&limit.Violations, now)}
	k.current.Store(&auth.Identity{})
	k.ctx, k.cancel = context.WithCancel(context.Background())
	return k
}

// closed is called once, last, when the connection has ended.
func (k *socket) closed() {
	k.cancel()
	if who := k.identity(); who.Role == protocol.RoleGuest {
		k.server.deviceSockets.Remove(k, who.Principal)
	}
	k.server.connections.SocketClosed(k.from)
}

func (k *socket) identity() *auth.Identity { return k.current.Load() }

// receive is called for each message, in order. The bytes are the reader's: what is to
// outlive the call is copied.
func (k *socket) receive(raw []byte) {
	now := time.Now()
	allowed := k.messages.Take(now) == 0
	if !allowed {
		k.server.requestMetrics.Refused.Add(k.ctx, 1)
	}
	if !allowed && k.violations.Take(now) > 0 {
		k.peer.Close(protocol.CloseTooMany, "Too many messages")
		return
	}
	m, err := readMessage(raw)
	switch {
	case m.Type == protocol.MessageRequest && m.ID != "":
		k.request(m, err, allowed)
	case !allowed && m.Type == protocol.MessageSubscribe:
		k.sendError(m.SessionID, errTooFast())
	case !allowed:
		k.sendError(0, errTooFast())
	case err != nil && m.Type == "":
		k.sendError(0, decode.Malformed("Invalid message format"))
	case err != nil:
		k.sendError(0, err)
	default:
		k.dispatch(m)
	}
	if k.throttled.Swap(false) {
		time.Sleep(throttlePause)
	}
}

func (k *socket) dispatch(m *message) {
	switch m.Type {
	case protocol.MessageAuth:
		k.auth(m.Token)
	case protocol.MessagePing:
		k.sendNotice(protocol.Notice{Type: protocol.MessagePong})
	case protocol.MessageSubscribe:
		k.ifAuthenticated(func() { k.subscribe(m) })
	case protocol.MessageUnsubscribe:
		k.ifAuthenticated(func() { k.unsubscribe(m) })
	case protocol.MessageRequest:
		k.sendError(0, errFrameID())
	case "":
		k.sendError(0, decode.Malformed("Invalid message format"))
	default:
		k.sendError(0, protocol.Errorf(protocol.CodeUnknownType, "Unknown message type: %s", truncated(m.Type)))
	}
}

// auth takes a token, the first or a fresh one in place of one that expires. A fresh one
// must be good for what is subscribed already.
func (k *socket) auth(token string) {
	if token == "" {
		k.sendNotice(protocol.Notice{Type: protocol.MessageAuthError, Message: "Token required", Code: protocol.CodeUnauthenticated})
		return
	}
	h, err := k.server.auth.Verify(token)
	if err != nil {
		k.sendNotice(protocol.Notice{Type: protocol.MessageAuthError, Message: err.Message, Code: err.Code})
		return
	}
	before := k.identity().Principal
	if before.Role != "" && h.Session != 0 && h.Session != before.Session {
		k.sendError(0, protocol.Errorf(protocol.CodeForbidden, "A token for another session needs a connection of its own"))
		return
	}
	k.setIdentity(before, h)
	switch messages, now := limit.MessagesOf(h.Role), time.Now(); before.Role {
	case h.Role:
	case "":
		k.messages = limit.NewBucket(messages, now)
	default:
		k.messages.Become(messages, now)
	}
	k.sendNotice(protocol.Notice{Type: protocol.MessageAuthSuccess, Message: "Authenticated successfully"})
	if before.Role == "" {
		k.peer.SubscribeAnnouncements()
	}
}

// setIdentity changes whose socket it is. When a device has too many sockets, its oldest
// is closed.
func (k *socket) setIdentity(before protocol.Principal, now auth.Identity) {
	if before.Role == protocol.RoleGuest {
		k.server.deviceSockets.Remove(k, before)
	}
	k.current.Store(&now)
	if now.Role != protocol.RoleGuest {
		return
	}
	if oldest, tooMany := k.server.deviceSockets.Add(k, now.Principal); tooMany {
		oldest.peer.Close(protocol.CloseTooMany, "This device has opened newer connections")
	}
}

// ifAuthenticated calls then only when the token is still good.
func (k *socket) ifAuthenticated(then func()) {
	switch {
	case k.identity().Role == "":
		k.sendError(0, errNotAuthenticated())
	case k.closeIfInvalid():
	default:
		then()
	}
}

// closeIfInvalid closes a socket whose token is no longer good, and says that it did.
func (k *socket) closeIfInvalid() bool {
	h := k.identity()
	switch {
	case !k.server.auth.Current(h):
		k.peer.Close(protocol.CloseForbidden, tokenRevoked)
	case k.server.auth.Expired(h):
		k.peer.Close(protocol.CloseForbidden, tokenExpired)
	default:
		return false
	}
	return true
}

func (k *socket) sendNotice(n protocol.Notice) {
	b, err := api.AppendJSON(nil, n)
	if err == nil { // a Notice of strings always marshals
		k.peer.Send(b)
	}
}

// sendError sends an error that answers no request; for a subscribe it says which
// session.
func (k *socket) sendError(s protocol.SessionID, e *protocol.Error) {
	k.sendNotice(protocol.Notice{Type: protocol.MessageError, SessionID: s, Message: e.Message, Code: e.Code, RetryAfter: api.RetryAfterSeconds(e)})
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
