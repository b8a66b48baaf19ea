package access

import (
	"fmt"
	"slices"

	"partyline/actors/codec"
	"partyline/protocol"
)

// SnapshotVersion is the format that AppendSnapshot writes and Restore reads.
const SnapshotVersion uint32 = 1

// snapshot is the stored form of a State, as JSON: the tokens by id, ascending.
type snapshot struct {
	Last   protocol.TokenID `json:"last"`
	Tokens []protocol.Token `json:"tokens"`
}

// AppendSnapshot appends the whole state to dst.
func (s *State) AppendSnapshot(dst []byte) []byte {
	return codec.AppendJSON(dst, snapshot{Last: s.lastID, Tokens: append([]protocol.Token(nil), s.tokens...)}) // none is null, as ever
}

// Restore replaces the state by a snapshot's. It never panics; after an error the state is
// unchanged.
func (s *State) Restore(data []byte) error {
	var stored snapshot
	if err := codec.ReadJSON(data, &stored); err != nil {
		return fmt.Errorf("access: snapshot: %w", err)
	}
	if len(stored.Tokens) > MaxTokens {
		return fmt.Errorf("access: snapshot: %d tokens are more than %d", len(stored.Tokens), MaxTokens)
	}
	fresh := New()
	fresh.lastID = stored.Last
	for _, t := range stored.Tokens {
		if t.ID <= 0 || t.ID > stored.Last {
			return fmt.Errorf("access: snapshot: token %d of %d: not an id", t.ID, stored.Last)
		}
		if at, ok := fresh.find(t.ID); !ok {
			fresh.tokens = slices.Insert(fresh.tokens, at, t)
		}
	}
	*s = *fresh
	return nil
}
