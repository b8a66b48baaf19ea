package access

import (
	"fmt"

	"partyline/actors/codec"
	"partyline/protocol"
)

// Fact is something that happened to the tokens.
type Fact interface{ isFact() }

// Issued makes a token. It is valid from Created until just before Expires.
type Issued struct {
	ID      protocol.TokenID    `json:"id"`
	Role    protocol.Role       `json:"role"`
	Name    string              `json:"name"`
	Session *protocol.SessionID `json:"session,omitempty"`
	Created protocol.Timestamp  `json:"created"`
	Expires protocol.Timestamp  `json:"expires"`
}

// Revoked ends a token before it expires.
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

var kinds = codec.NewKinds("access", checkFact, map[byte]Fact{
	1: (*Issued)(nil),
	2: (*Revoked)(nil),
})

// AppendFact appends the stored form of a fact to dst.
func AppendFact(dst []byte, f Fact) []byte { return kinds.Append(dst, f) }

// ReadFact reads what AppendFact wrote. It never panics: anything else is an error.
func ReadFact(b []byte) (Fact, error) { return kinds.Read(b) }

func checkFact(f Fact) error {
	if issued, ok := f.(*Issued); ok && issued.ID < 1 {
		return fmt.Errorf("token %d: not an id", issued.ID)
	}
	return nil
}
