package access

import (
	"cmp"
	"fmt"
	"maps"
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
func (h *State) AppendSnapshot(dst []byte) []byte {
	tokens := slices.SortedFunc(maps.Values(h.tokens), func(a, b protocol.Token) int { return cmp.Compare(a.ID, b.ID) })
	return codec.AppendJSON(dst, snapshot{Last: h.last, Tokens: tokens})
}

// Restore replaces the state by a snapshot's. It never panics; after an error the
// state is as before.
func (h *State) Restore(data []byte) error {
	var s snapshot
	if err := codec.ReadJSON(data, &s); err != nil {
		return fmt.Errorf("access: snapshot: %w", err)
	}
	if len(s.Tokens) > MaxTokens {
		return fmt.Errorf("access: snapshot: %d tokens are more than %d", len(s.Tokens), MaxTokens)
	}
	fresh := New()
	fresh.last = s.Last
	for _, t := range s.Tokens {
		if t.ID <= 0 || t.ID > s.Last {
			return fmt.Errorf("access: snapshot: token %d of %d: not an id", t.ID, s.Last)
		}
		fresh.tokens[t.ID] = t
	}
	*h = *fresh
	return nil
}
