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

// Compacted holds all tokens that have not ended, so that the records before it can be trimmed.
type Compacted struct {
	At protocol.Timestamp `json:"at"`
	// Last is the highest id ever given.
	Last protocol.TokenID `json:"last"`
	// Tokens are ascending by id.
	Tokens []Issued `json:"tokens,omitempty"`
}

func (*Issued) isFact()    {}
func (*Revoked) isFact()   {}
func (*Compacted) isFact() {}

// check wants ids that ascend up to the last one.
func (f *Compacted) check() error {
	before := protocol.TokenID(0)
	for i := range f.Tokens {
		if f.Tokens[i].ID <= before || f.Tokens[i].ID > f.Last {
			return fmt.Errorf("token %d after %d of %d", f.Tokens[i].ID, before, f.Last)
		}
		before = f.Tokens[i].ID
	}
	if len(f.Tokens) > MaxTokens || f.Last < 0 {
		return fmt.Errorf("%d tokens of %d", len(f.Tokens), f.Last)
	}
	return nil
}

// Token is the token as clients see it.
func (f *Issued) Token() protocol.Token {
	return protocol.Token{ID: f.ID, Role: f.Role, Name: f.Name, SessionID: f.Session, CreatedAt: f.Created, ExpiresAt: f.Expires}
}

const kindCompacted byte = 3

var kinds = codec.NewKinds("access", checkFact, map[byte]Fact{
	1:             (*Issued)(nil),
	2:             (*Revoked)(nil),
	kindCompacted: (*Compacted)(nil),
})

// AppendFact appends the stored form of a fact to dst.
func AppendFact(dst []byte, f Fact) []byte { return kinds.Append(dst, f) }

// IsCompacted says whether a stored fact holds all tokens.
func IsCompacted(b []byte) bool { return len(b) > 0 && b[0] == kindCompacted }

// ReadFact reads what AppendFact wrote. It never panics: anything else is an error.
func ReadFact(b []byte) (Fact, error) { return kinds.Read(b) }

func checkFact(f Fact) error {
	switch f := f.(type) {
	case *Issued:
		if f.ID < 1 {
			return fmt.Errorf("token %d: not an id", f.ID)
		}
	case *Compacted:
		return f.check()
	}
	return nil
}
