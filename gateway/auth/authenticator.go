package auth

import (
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"partyline/protocol"
)

// Revocations says which tokens have ended before their time. It does not wait.
type Revocations interface {
	// TokenLive is the token under an id as it was issued; ok is false for one that is
	// revoked or unknown. It may have expired.
	TokenLive(id protocol.TokenID) (t protocol.Token, ok bool)
	// GuestLive is false for the guests of a generation that is over.
	GuestLive(id protocol.SessionID, g protocol.JoinGeneration) bool
}

// Options of an Authenticator; Now may be nil for time.Now.
type Options struct {
	// Secret signs all tokens.
	Secret []byte
	// Timeline is the one in which ids of tokens and generations of guests are counted.
	Timeline    protocol.Timeline
	Revocations Revocations
	// Now is the clock by which tokens expire.
	Now func() time.Time
}

// authenticator verifies tokens and says whose they are. Its methods may be called from
// any goroutine.
type Authenticator struct {
	Signer      *signer
	revocations Revocations
	now         func() time.Time
	cache       tokenCache
}

func New(o Options) *Authenticator {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return &Authenticator{Signer: newSigner(o.Secret, o.Timeline, jwt.WithTimeFunc(now)), revocations: o.Revocations, now: now}
}

// Identify verifies a request's bearer token. Without one the zero Identity is returned,
// which is anybody. With one that is not valid it is the zero Identity, and an error.
func (a *Authenticator) Identify(r *http.Request) (Identity, *protocol.Error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return Identity{}, nil
	}
	return a.verify(token, a.now())
}

// Verify says whose token it is, as of now, and when it will have expired.
func (a *Authenticator) Verify(token string) (Identity, *protocol.Error) {
	now := a.now()
	h, err := a.verify(token, now)
	if err == nil {
		h.deadline = time.Now().Add(h.Expires.Time().Sub(now))
	}
	return h, err
}

func (a *Authenticator) verify(token string, now time.Time) (Identity, *protocol.Error) {
	h, ok := a.cache.get(token)
	if !ok {
		var err error
		if h, err = a.Signer.parse(token); err != nil {
			return Identity{}, errBadToken()
		}
		if h.Role != protocol.RoleGuest { // of whom there are many, and each asks little
			a.cache.put(token, h)
		}
	}
	if protocol.TimestampOf(now) >= h.Expires || !a.NotRevoked(&h) {
		return Identity{}, errBadToken()
	}
	return h, nil
}

// NotRevoked says whether a token still holds: a scoped one is the one that was issued
// under its id, and a guest's is of the present join generation.
func (a *Authenticator) NotRevoked(h *Identity) bool {
	switch {
	case h.Role == protocol.RoleGuest:
		return a.revocations.GuestLive(h.Session, h.Generation)
	case h.Token != 0:
		t, ok := a.revocations.TokenLive(h.Token)
		return ok && h.matches(&t)
	}
	return true
}

// Expired says whether the time of an identity that was verified is over: it has passed by
// the monotonic clock of now, and the clock says so, too. A clock that jumps ahead for a moment
// must not cut every screen.
func (a *Authenticator) Expired(h *Identity, now time.Time) bool {
	return !now.Before(h.deadline) && protocol.TimestampOf(a.now()) >= h.Expires
}

// Authorize says whether the holder may use the operation at all; invalid is what was
// wrong with the token. Where none is needed one that is not valid counts as none:
// clients send theirs with everything, and what everybody may read must not end for them
// when it expires. They get the error where a token is needed.
func Authorize(who Identity, invalid *protocol.Error, needed protocol.Access) *protocol.Error {
	if invalid != nil && needed != protocol.AccessAnyone {
		return invalid
	}
	return RequireAccess(who.Principal, needed)
}

// RequireAccess says whether the principal may use the operation at all.
func RequireAccess(p protocol.Principal, needed protocol.Access) *protocol.Error {
	switch {
	case p.May(needed):
		return nil
	case p.Role == "":
		return protocol.Errorf(protocol.CodeUnauthenticated, "Access token required")
	default:
		return protocol.Errorf(protocol.CodeForbidden, "Insufficient permissions")
	}
}

// ConfineToSession keeps a token that is for one session to that session: a request that
// names none gets the token's, one that names another is refused.
func ConfineToSession(p protocol.Principal, s *protocol.SessionID) *protocol.Error {
	if *s == 0 {
		*s = p.Session
	}
	if !p.Covers(*s) {
		return ErrOtherSession(p)
	}
	return nil
}

func ErrOtherSession(p protocol.Principal) *protocol.Error {
	return protocol.Errorf(protocol.CodeForbidden, "This token is for session %d only", p.Session)
}

func errBadToken() *protocol.Error {
	return protocol.Errorf(protocol.CodeBadToken, "Invalid or expired token")
}
