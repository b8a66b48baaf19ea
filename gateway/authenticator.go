package gateway

import (
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"partyline/protocol"
)

// guard knows who somebody is and what they may do.
type authenticator struct {
	signer      *signer
	revocations Access
	now         func() time.Time
	cache       tokenCache
}

func newAuthenticator(o Options) authenticator {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return authenticator{signer: newSigner(o.JWTSecret, o.Hub.Timeline(), jwt.WithTimeFunc(now)), revocations: o.Hub, now: now}
}

// identify reads a request's bearer token. Without one the zero holder is returned:
// somebody. With one that does not hold it is the zero holder, and an error.
func (a *authenticator) identify(r *http.Request) (identity, *protocol.Error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return identity{}, nil
	}
	return a.verify(token)
}

// verify says whose token it is, as of now.
func (a *authenticator) verify(token string) (identity, *protocol.Error) {
	h, ok := a.cache.get(token)
	if !ok {
		var err error
		if h, err = a.signer.parse(token); err != nil {
			return identity{}, errBadToken()
		}
		if h.Role != protocol.RoleGuest { // of whom there are many, and each asks little
			a.cache.put(token, h)
		}
	}
	now := a.now()
	if protocol.TimestampOf(now) >= h.Expires || !a.current(&h) {
		return identity{}, errBadToken()
	}
	h.deadline = time.Now().Add(h.Expires.Time().Sub(now))
	return h, nil
}

// live says whether a token was not taken back: a scoped one is what was issued under its
// id and is not revoked, and a guest's is of the present generation.
func (a *authenticator) current(h *identity) bool {
	switch {
	case h.Role == protocol.RoleGuest:
		return a.revocations.GuestLive(h.Session, h.Generation)
	case h.Token != 0:
		t, ok := a.revocations.TokenLive(h.Token)
		return ok && h.matches(&t)
	}
	return true
}

// expired says whether the time of a holder who was verified is over: it has passed, and
// the clock says so, too. A clock that jumps ahead for a moment must not cut every screen.
func (a *authenticator) expired(h *identity) bool {
	return !time.Now().Before(h.deadline) && protocol.TimestampOf(a.now()) >= h.Expires
}

// admit says whether the holder may use the operation at all; invalid is what was wrong
// with the token. Where none is needed one that does not hold counts as none: clients
// send theirs with everything, and what everybody may read must not end for them when it
// expires. They are told where it matters.
func authorize(who identity, invalid *protocol.Error, needed protocol.Access) *protocol.Error {
	if invalid != nil && needed != protocol.AccessAnyone {
		return invalid
	}
	return requireAccess(who.Principal, needed)
}

// allow says whether the principal may use the operation at all.
func requireAccess(p protocol.Principal, needed protocol.Access) *protocol.Error {
	switch {
	case p.May(needed):
		return nil
	case p.Role == "":
		return protocol.Errorf(protocol.CodeUnauthenticated, "Access token required")
	default:
		return protocol.Errorf(protocol.CodeForbidden, "Insufficient permissions")
	}
}

// confine keeps a token that is for one session to that session: what names none
// gets the token's, what names another is refused.
func confineToSession(p protocol.Principal, s *protocol.SessionID) *protocol.Error {
	if *s == 0 {
		*s = p.Session
	}
	if !p.Covers(*s) {
		return errOtherSession(p)
	}
	return nil
}

func errOtherSession(p protocol.Principal) *protocol.Error {
	return protocol.Errorf(protocol.CodeForbidden, "This token is for session %d only", p.Session)
}

func errBadToken() *protocol.Error {
	return protocol.Errorf(protocol.CodeBadToken, "Invalid or expired token")
}
