package access

import (
	"time"

	"partyline/protocol"
)

const (
	// defaultTTL is the lifetime of a token that asks for none: a game night and the night after it.
	defaultTTL = 24 * time.Hour
	// minTTL is the shortest lifetime: a signed token holds its times in whole seconds, so a
	// shorter one would be expired from the start.
	minTTL = time.Second
)

// Decide turns a checked command into facts, appended to dst, or refuses it. It changes
// nothing. Times are the caller's clock as it is: were they kept from going back, one wrong
// hour of that clock would spoil the tokens of all later ones.
func (s *State) Decide(dst []Fact, cmd protocol.Command, m protocol.ClockReading) ([]Fact, *protocol.Error) {
	now := m.Wall
	switch c := cmd.(type) {
	case protocol.IssueToken:
		return s.decideIssue(dst, c, now)
	case Compact:
		return s.decideCompact(dst, c, now), nil
	case protocol.RevokeToken:
		if !s.Valid(c.ID, now) {
			return dst, protocol.NotFound("Token")
		}
		return append(dst, &Revoked{At: now, ID: c.ID}), nil
	}
	return dst, protocol.Errorf(protocol.CodeInternal, "access does not know %T", cmd)
}

func (s *State) decideIssue(dst []Fact, c protocol.IssueToken, now protocol.Timestamp) ([]Fact, *protocol.Error) {
	ttl := time.Duration(c.ExpiresIn)
	if ttl == 0 {
		ttl = defaultTTL
	}
	if ttl < minTTL {
		return dst, protocol.Invalid("expiresIn must be at least 1 second")
	}
	if s.full(now) {
		return dst, protocol.Invalid("At most %d tokens can be valid at a time. Revoke one first.", MaxTokens)
	}
	f := &Issued{ID: s.lastID + 1, Role: c.Role, Name: c.Name, Created: now, Expires: now + protocol.Timestamp(ttl.Milliseconds())}
	if c.SessionID != nil {
		id := *c.SessionID
		f.Session = &id
	}
	return append(dst, f), nil
}

// Answer is the reply to a decided command: protocol.Token for IssueToken, protocol.Message
// for RevokeToken, nil for Compact.
func (s *State) Answer(cmd protocol.Command, facts []Fact) any {
	for _, f := range facts {
		switch f := f.(type) {
		case *Issued:
			return f.Token()
		case *Revoked:
			return protocol.Message{Message: "Token revoked successfully"}
		}
	}
	return nil
}
