package ws

import (
	"sync"
	"time"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

// expiryInterval is how late an expired token or a missing auth may be noticed.
const expiryInterval = time.Second

// expiry closes the sockets whose token is over or that do not authenticate in time, in a
// goroutine of its own, so that a revocation does not wait for closing handshakes.
type expiry struct {
	server *Server

	mu      sync.Mutex
	revoked []protocol.TokenID

	wake chan struct{}
	stop chan struct{}
	done chan struct{}
}

func newExpiry(server *Server) *expiry {
	e := &expiry{server: server, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	go e.run()
	return e
}

// Revoked closes the sockets of a token, now. It does not block.
func (s *Server) Revoked(id protocol.TokenID) {
	e := s.expiry
	e.mu.Lock()
	e.revoked = append(e.revoked, id)
	e.mu.Unlock()
	select {
	case e.wake <- struct{}{}:
	default: // it is awake already and will see the token
	}
}

// Invited closes the sockets of a session's guests of other join generations before it
// returns, so that the new code is sent to none of them. It does not wait for closing
// handshakes.
func (s *Server) JoinChanged(id protocol.SessionID, now protocol.JoinGeneration) {
	s.expiry.closeSockets(protocol.CloseForbidden, "Join code no longer valid", func(sock *socket) bool {
		h := sock.identity()
		return h.Role == protocol.RoleGuest && h.Session == id && h.Generation != now
	})
}

func (e *expiry) run() {
	defer close(e.done)
	tick := time.NewTicker(expiryInterval)
	defer tick.Stop()
	for {
		select {
		case <-e.stop:
			return
		case <-e.wake:
			e.closeRevoked()
		case now := <-tick.C:
			e.closeExpired(now)
		}
	}
}

func (e *expiry) closeRevoked() {
	e.mu.Lock()
	revoked := make(map[protocol.TokenID]bool, len(e.revoked))
	for _, id := range e.revoked {
		revoked[id] = true
	}
	e.revoked = nil
	e.mu.Unlock()
	e.closeSockets(protocol.CloseForbidden, tokenRevoked, func(sock *socket) bool { return revoked[sock.identity().Token] && sock.identity().Token != 0 })
}

// closeExpired also looks for revoked tokens again: a socket may have been opened between
// the revocation and its notice.
func (e *expiry) closeExpired(now time.Time) {
	e.closeSockets(protocol.CloseAuthTimeout, "No authentication in time", func(sock *socket) bool {
		return sock.identity().Role == "" && now.Sub(sock.opened) >= protocol.AuthTimeout
	})
	e.closeSockets(protocol.CloseForbidden, tokenRevoked, func(sock *socket) bool {
		return sock.identity().Role != "" && !e.server.auth.NotRevoked(sock.identity())
	})
	e.closeSockets(protocol.CloseForbidden, tokenExpired, func(sock *socket) bool {
		return sock.identity().Role != "" && e.server.auth.Expired(sock.identity(), time.Now())
	})
}

func (e *expiry) closeSockets(code protocol.CloseCode, reason string, over func(*socket) bool) {
	e.server.engine.CloseConns(func(p *fanout.Conn) bool {
		sock, ok := p.Tag.(*socket)
		return ok && over(sock)
	}, code, reason)
}

func (e *expiry) close() {
	close(e.stop)
	<-e.done
}
