package actors

import (
	"sync"

	"partyline/actors/access"
	"partyline/protocol"
)

// tokens is the set of tokens that were issued and not revoked, for the gateway to look
// at on every request without asking the actor. The actor writes it when facts are durable.
type tokens struct {
	live    sync.Map // protocol.TokenID → protocol.Token, as it was issued
	count   int      // of live; the actor's alone
	revoked func(protocol.TokenID)
}

func (t *tokens) onDurable(f access.Fact) {
	switch f := f.(type) {
	case *access.Issued:
		t.dropExpired(f.Created)
		t.live.Store(f.ID, f.Token())
		t.count++
	case *access.Revoked:
		t.remove(f.ID)
		if t.revoked != nil {
			t.revoked(f.ID)
		}
	}
}

// makeRoom forgets expired tokens as the state does: where one is issued and there are as
// many as may hold. Whoever looks at a token forgets nothing: a clock that is wrong for a
// moment would end tokens for good.
func (t *tokens) dropExpired(now protocol.Timestamp) {
	if t.count < access.MaxTokens {
		return
	}
	t.live.Range(func(id, token any) bool {
		if now >= token.(protocol.Token).ExpiresAt {
			t.remove(id.(protocol.TokenID))
		}
		return true
	})
}

func (t *tokens) remove(id protocol.TokenID) {
	if _, held := t.live.LoadAndDelete(id); held {
		t.count--
	}
}

// reborn takes over what the journal says after a reading. A token that is missing
// there was never durable or has been revoked.
func (t *tokens) onLoaded(all []protocol.Token) {
	hold := make(map[protocol.TokenID]bool, len(all))
	for _, token := range all {
		hold[token.ID] = true
		t.live.Store(token.ID, token)
	}
	t.live.Range(func(id, _ any) bool {
		if !hold[id.(protocol.TokenID)] {
			t.live.Delete(id)
		}
		return true
	})
	t.count = len(all)
}

// TokenLive is the scoped token that was issued under an id and not revoked, for whoever
// shows one to be compared with. Whether it has expired is for who asks. It allocates
// nothing.
func (h *Hub) TokenLive(id protocol.TokenID) (t protocol.Token, ok bool) {
	issued, ok := h.tokens.live.Load(id)
	if ok {
		t = issued.(protocol.Token)
	}
	return t, ok
}
