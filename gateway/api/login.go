package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"partyline/gateway/auth"
	"partyline/gateway/decode"
	"partyline/gateway/limit"
	"partyline/protocol"
)

// loginRequest is the body of auth.login.
type loginRequest struct {
	Key string `json:"key"`
}

// loginStamp is what is stored of a login under an idempotency key: its time, in seconds
// since 1970. The token is signed from it again; no secret is stored.
type loginStamp struct {
	Iat int64 `json:"iat"`
}

// tokens serve the operations that sign and describe tokens.
type tokens struct {
	hub      Commands
	auth     *auth.Authenticator
	adminKey [sha256.Size]byte
	failures limit.Failures // of wrong admin keys
}

// login is auth.login: it signs an admin token for the admin key.
func (t *tokens) login(ctx context.Context, in *Request) (Response, error) {
	var q loginRequest
	if err := in.decode(&q, decode.Params{}); err != nil {
		return Response{}, err
	}
	if q.Key == "" {
		return Response{}, protocol.Invalid("Admin key is required")
	}
	if err := t.checkAdminKey(in, q.Key); err != nil {
		return Response{}, err
	}
	// Only the right key gets here, so it need not be part of what is stored.
	key, invalid := in.callKey(nil)
	if invalid != nil {
		return Response{}, invalid
	}
	answer, err := once(ctx, t.hub, key, func() (any, error) { return loginStamp{Iat: time.Now().Unix()}, nil })
	if err != nil {
		return Response{}, err
	}
	at, replayed, err := restore[loginStamp](answer)
	if err != nil {
		return Response{}, err
	}
	token, err := t.auth.Signer.SignAdmin(at.Iat)
	return Response{Status: http.StatusOK, Replayed: replayed,
		Body: protocol.Login{Token: token, Message: "Authentication successful", ExpiresIn: "24h"}}, err
}

// longAdminKey is the length in bytes from which an admin key is out of reach of guesses
// however many are answered: those that the hub makes, 100 random bits, are as long, and
// of a phrase of that length it takes a century at ten thousand guesses a second. A
// shorter one may be a word with a year behind it.
const longAdminKey = 23

// checkAdminKey compares in constant time and counts the failures of an address. The
// right key is always accepted when it is long: somebody in the host's network who sends
// wrong ones must not keep the host out. A short one has to wait with them, else guesses
// would go on.
func (t *tokens) checkAdminKey(in *Request, key string) *protocol.Error {
	got := sha256.Sum256([]byte(key))
	right := subtle.ConstantTimeCompare(got[:], t.adminKey[:]) == 1
	if right && len(key) >= longAdminKey {
		return nil
	}
	if err := limit.TooMany(t.failures.Attempt(in.Client, right, time.Now()), "Too many failed logins, try again later"); err != nil {
		return err
	}
	if !right {
		return protocol.Errorf(protocol.CodeBadKey, "Invalid admin key")
	}
	return nil
}

// verify is auth.verify: it describes the token of the request.
func (t *tokens) verify(ctx context.Context, in *Request) (Response, error) {
	v := protocol.Verified{Valid: true}
	v.User.Role, v.User.Iat, v.User.Exp = in.Principal.Role, in.IssuedAt, in.Principal.Expires.Time().Unix()
	key, invalid := in.callKey(v)
	if invalid != nil {
		return Response{}, invalid
	}
	answer, err := once(ctx, t.hub, key, func() (any, error) { return v, nil })
	return replyOf(http.StatusOK, answer), err
}

// issueToken is tokens.create: the hub makes a scoped token, which is signed here.
func (t *tokens) issueToken(ctx context.Context, in *Request) (Response, error) {
	rep, err := command[protocol.IssueToken](t.hub, http.StatusCreated)(ctx, in)
	if err != nil {
		return Response{}, err
	}
	token, replayed, err := restore[protocol.Token](rep.Body)
	if err != nil {
		return Response{}, err
	}
	secret, err := t.auth.Signer.SignScoped(token)
	return Response{Status: rep.Status, Replayed: replayed, Body: protocol.IssuedToken{Token: token, Secret: secret}}, err
}

// restore turns an answer of the hub, fresh or stored, into its resource.
func restore[T any](answer any) (value T, replayed bool, err error) {
	if raw, ok := answer.(json.RawMessage); ok {
		if err := json.Unmarshal(raw, &value); err != nil {
			return value, true, fmt.Errorf("stored answer: %w", err)
		}
		return value, true, nil
	}
	value, ok := answer.(T)
	if !ok {
		return value, false, fmt.Errorf("answer is a %T", answer)
	}
	return value, false, nil
}
