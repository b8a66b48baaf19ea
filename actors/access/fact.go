package access

import "partyline/protocol"

// Fact is something that happened to the tokens.
type Fact interface{ isFact() }

// Issued makes a token. It holds from Created until just before Expires.
type Issued struct {
	ID      protocol.TokenID    `json:"id"`
	Role    protocol.Role       `json:"role"`
	Name    string              `json:"name"`
	Session *protocol.SessionID `json:"session,omitempty"`
	Created protocol.Timestamp  `json:"created"`
	Expires protocol.Timestamp  `json:"expires"`
}

// Revoked ends a token before its time.
type Revoked struct {
	At protocol.Timestamp `json:"at"`
	ID protocol.TokenID   `json:"id"`
}

func (*Issued) isFact()  {}
func (*Revoked) isFact() {}

// Token is the token as clients see it.
func (f *Issued) Token() protocol.Token {
	return protocol.Token{ID: f.ID, Role: f.Role, Name: f.Name, SessionID: f.Session, CreatedAt: f.Created, ExpiresAt: f.Expires}
}
