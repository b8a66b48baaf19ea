package actors

import (
	"sync"

	"partyline/actors/access"
	"partyline/protocol"
)

// tokens is the set of tokens that were issued and not revoked, for the gateway to look
// at on every request without asking the actor. The actor writes it when facts are durable.
type tokens struct {
	live    sync.Map // protocol.TokenID → protocol.Timestamp of the end
	count   int      // of live; the actor's alone
	revoked func(protocol.TokenID)
}

func (t *tokens) durable(f access.Fact) {
	switch f := f.(type) {
	case *access.Issued:
		t.makeRoom(f.Created)
		t.live.Store(f.ID, f.Expires)
		t.count++
	case *access.Revoked:
		t.drop(f.ID)
		if t.revoked != nil {
			t.revoked(f.ID)
		}
	}
}

// makeRoom forgets expired tokens as the heart does: where one is issued and there are as
// many as may hold. Whoever looks at a token forgets nothing: a clock that is wrong for a
// moment would end tokens for good.
func (t *tokens) makeRoom(now protocol.Timestamp) {
	if t.count < access.MaxTokens {
		return
	}
	t.live.Range(func(id, end any) bool {
		if now >= end.(protocol.Timestamp) {
			t.drop(id.(protocol.TokenID))
		}
		return true
	})
}

func (t *tokens) drop(id protocol.TokenID) {
	if _, held := t.live.LoadAndDelete(id); held {
		t.count--
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
	t.count = len(all)
}

// TokenLive says whether a scoped token was issued and not revoked. When it expires is
// written in the token itself.
func (h *Hub) TokenLive(id protocol.TokenID) bool {
	_, ok := h.tokens.live.Load(id)
	return ok
}
