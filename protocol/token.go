package protocol

import "time"

// Limits of tokens.
const (
	// AdminTokenTTL is the life of a token given for the admin key.
	AdminTokenTTL = 24 * time.Hour
	// MaxTokenTTL bounds scoped tokens; an overlay's link is made anew once a year.
	MaxTokenTTL = 366 * 24 * time.Hour
)

// Login is the answer of auth.login.
type Login struct {
	Token     string `json:"token"`
	Message   string `json:"message"`
	ExpiresIn string `json:"expiresIn"`
}

// Verified is the answer of auth.verify. Iat and Exp are seconds since 1970.
type Verified struct {
	Valid bool `json:"valid"`
	User  struct {
		Role Role  `json:"role"`
		Iat  int64 `json:"iat"`
		Exp  int64 `json:"exp"`
	} `json:"user"`
}

// IssueToken issues a scoped token: tokens.create.
type IssueToken struct {
	Role      Role       `json:"role"`
	Name      string     `json:"name"`
	SessionID *SessionID `json:"sessionId"`
	// ExpiresIn is a number of seconds or a duration such as "12h" or "30d"; default 24h.
	ExpiresIn Duration `json:"expiresIn"`
}

// Check implements Command.
func (c IssueToken) Check() *Error {
	if c.Role != RoleBot && c.Role != RoleViewer {
		return Invalid(`role must be "viewer" or "bot"`)
	}
	if c.Name == "" {
		return Invalid("name is required")
	}
	if c.SessionID != nil && *c.SessionID < 1 {
		return Invalid("sessionId must be a positive integer")
	}
	if ttl := time.Duration(c.ExpiresIn); ttl < 0 || ttl > 0 && ttl < time.Second || ttl > MaxTokenTTL {
		return Invalid("expiresIn must be between 1 second and 366 days")
	}
	return checkLine("name", c.Name, 1, MaxTitle)
}

// RevokeToken revokes a scoped token at once: tokens.revoke.
type RevokeToken struct {
	ID TokenID `json:"id"`
}

// Check implements Command.
func (c RevokeToken) Check() *Error { return nil }

// Token describes a scoped access token, without the token itself.
type Token struct {
	ID        TokenID    `json:"id"`
	Role      Role       `json:"role"`
	Name      string     `json:"name"`
	SessionID *SessionID `json:"sessionId"`
	CreatedAt Timestamp  `json:"createdAt"`
	ExpiresAt Timestamp  `json:"expiresAt"`
}

// IssuedToken is the answer of tokens.create, the only answer that contains the token itself.
type IssuedToken struct {
	Token
	Secret string `json:"token"`
}
