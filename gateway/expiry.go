package gateway

import (
	"sync"
	"time"

	"partyline/gateway/fanout"
	"partyline/protocol"
)

// sweepInterval is how late an expired token or a missing auth may be noticed.
const expiryInterval = time.Second

// sweeper closes the sockets whose time or token is over, in a goroutine of its own,
// so that whoever revokes a token does not wait for closing handshakes.
type expiry struct {
	g *Gateway

	mu      sync.Mutex
	revoked []protocol.TokenID

	wake chan struct{}
	stop chan struct{}
	done chan struct{}
}

func newExpiry(g *Gateway) *expiry {
	s := &expiry{g: g, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	go s.run()
	return s
}

// Revoked closes the sockets of a token, now. It does not block.
func (g *Gateway) Revoked(id protocol.TokenID) {
	s := g.expiry
	s.mu.Lock()
	s.revoked = append(s.revoked, id)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default: // it is awake already and will see the token
	}
}

// Invited closes the sockets of a session's guests of other generations, before it
// returns: what is sent to the session's screens next is the new code. It does not wait
// for them.
func (g *Gateway) Invited(id protocol.SessionID, now protocol.JoinGeneration) {
	g.expiry.closeSockets(protocol.CloseForbidden, "Join code no longer valid", func(k *socket) bool {
		h := k.identity()
		return h.Role == protocol.RoleGuest && h.Session == id && h.Generation != now
	})
}

func (s *expiry) run() {
	defer close(s.done)
	tick := time.NewTicker(expiryInterval)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-s.wake:
			s.closeRevoked()
		case now := <-tick.C:
			s.closeExpired(now)
		}
	}
}

func (s *expiry) closeRevoked() {
	s.mu.Lock()
	revoked := make(map[protocol.TokenID]bool, len(s.revoked))
	for _, id := range s.revoked {
		revoked[id] = true
	}
	s.revoked = nil
	s.mu.Unlock()
	s.closeSockets(protocol.CloseForbidden, tokenRevoked, func(k *socket) bool { return revoked[k.identity().Token] && k.identity().Token != 0 })
}

// closeLate also looks for revoked tokens again: a socket may have come in between
// the revocation and its notice.
func (s *expiry) closeExpired(now time.Time) {
	s.closeSockets(protocol.CloseAuthTimeout, "No authentication in time", func(k *socket) bool {
		return k.identity().Role == "" && now.Sub(k.opened) >= protocol.AuthTimeout
	})
	s.closeSockets(protocol.CloseForbidden, tokenRevoked, func(k *socket) bool {
		return k.identity().Role != "" && !s.g.auth.Current(k.identity())
	})
	s.closeSockets(protocol.CloseForbidden, tokenExpired, func(k *socket) bool {
		return k.identity().Role != "" && s.g.auth.Expired(k.identity())
	})
}

func (s *expiry) closeSockets(code protocol.CloseCode, reason string, over func(*socket) bool) {
	s.g.engine.CloseConns(func(p *fanout.Conn) bool {
		k, ok := p.Tag.(*socket)
		return ok && over(k)
	}, code, reason)
}

func (s *expiry) close() {
	close(s.stop)
	<-s.done
}
