package actors

import (
	"sync"

	"partyline/actors/access"
	"partyline/protocol"
)

// tokens is the set of tokens that hold, for the gateway to look at on every request
// without asking the actor. The actor writes it when facts are durable.
type tokens struct {
	live    sync.Map // protocol.TokenID → protocol.Timestamp of the end
	revoked func(protocol.TokenID)
}

func (t *tokens) durable(f access.Fact) {
	switch f := f.(type) {
	case *access.Issued:
		t.live.Store(f.ID, f.Expires)
	case *access.Revoked:
		t.live.Delete(f.ID)
		if t.revoked != nil {
			t.revoked(f.ID)
		}
	}
}

// reborn takes over what the journal says after a reading. A token that is missing
// there was never durable or has been revoked.
func (t *tokens) reborn(all []protocol.Token) {
	hold := make(map[protocol.TokenID]bool, len(all))
	for _, token := range all {
		hold[token.ID] = true
		t.live.Store(token.ID, token.ExpiresAt)
	}
	t.live.Range(func(id, _ any) bool {
		if !hold[id.(protocol.TokenID)] {
			t.live.Delete(id)
		}
		return true
	})
}

// TokenLive says whether a scoped token holds: it was issued, not revoked, and has
// not expired.
func (h *Hub) TokenLive(id protocol.TokenID) bool {
	end, ok := h.tokens.live.Load(id)
	if ok && protocol.TimestampOf(h.now()) >= end.(protocol.Timestamp) {
		h.tokens.live.Delete(id)
		return false
	}
	return ok
}
