package access

import "partyline/protocol"

// minCompact is how many records a compaction must save: a fact of all tokens is not written to
// save a few.
const minCompact = 1000

// Compact is the command of the hub's own retention to write down the tokens that have not
// ended, so that the records before can be trimmed. It decides nothing while that saves little.
type Compact struct {
	// Records is how many records there are, and Before a time that has passed by all clocks:
	// a token that expired before it is left out.
	Records int64
	Before  protocol.Timestamp
}

// Check implements protocol.Command.
func (Compact) Check() *protocol.Error { return nil }

func (s *State) decideCompact(dst []Fact, c Compact, now protocol.Timestamp) []Fact {
	f := &Compacted{At: now, Last: s.lastID}
	for _, t := range s.tokens {
		if valid(&t, c.Before) {
			f.Tokens = append(f.Tokens, Issued{ID: t.ID, Role: t.Role, Name: t.Name, Session: t.SessionID, Created: t.CreatedAt, Expires: t.ExpiresAt})
		}
	}
	if c.Records-int64(len(f.Tokens)) < minCompact {
		return dst
	}
	return append(dst, f)
}
