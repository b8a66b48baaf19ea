package actors

import (
	"sync"

	"partyline/actors/rules/access"
	"partyline/protocol"
)

// LiveTokens is the set of tokens that were issued and not revoked, which the gateway reads on every
// request without asking the actor. The actor of the tokens writes it when facts are durable.
type LiveTokens struct {
	live      sync.Map // protocol.TokenID → protocol.Token, as it was issued
	count     int      // of live; the written and read by the actor only
	onRevoked func(protocol.TokenID)
}

func (t *LiveTokens) onDurable(f access.Fact) {
	switch f := f.(type) {
	case *access.Issued:
		t.dropExpired(f.Created)
		t.live.Store(f.ID, f.Token())
		t.count++
	case *access.Revoked:
		t.remove(f.ID)
		if t.onRevoked != nil {
			t.onRevoked(f.ID)
		}
	}
}

// dropExpired removes expired tokens as the state does: when a token is issued and there are
// access.MaxTokens already. Reading a token removes nothing: a clock that is wrong for a moment
// would end tokens for good.
func (t *LiveTokens) dropExpired(now protocol.Timestamp) {
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

func (t *LiveTokens) remove(id protocol.TokenID) {
	if _, held := t.live.LoadAndDelete(id); held {
		t.count--
	}
}

// onLoaded replaces the set after a load from the journal. A token that is missing there was never
// durable or has been revoked.
func (t *LiveTokens) onLoaded(all []protocol.Token) {
	valid := make(map[protocol.TokenID]bool, len(all))
	for _, token := range all {
		valid[token.ID] = true
		t.live.Store(token.ID, token)
	}
	t.live.Range(func(id, _ any) bool {
		if !valid[id.(protocol.TokenID)] {
			t.live.Delete(id)
		}
		return true
	})
	t.count = len(all)
}

// TokenLive is the scoped token that was issued under an id and not revoked, to compare with a
// token that a client shows. The caller checks whether it has expired. It allocates nothing.
func (t *LiveTokens) TokenLive(id protocol.TokenID) (token protocol.Token, ok bool) {
	issued, ok := t.live.Load(id)
	if ok {
		token = issued.(protocol.Token)
	}
	return token, ok
}
