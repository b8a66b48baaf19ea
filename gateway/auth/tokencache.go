package auth

import "sync"

// maxHolders bounds the verified tokens that are remembered. A hub has a few dozen
// clients; beyond that the signature is simply checked again.
const maxCachedTokens = 1024

// holderCache remembers whose the tokens of late requests are, because checking a
// signature and decoding claims costs more than a vote. Only what never changes is
// remembered: expiry and revocation are looked at on every use.
type tokenCache struct {
	mu         sync.RWMutex
	identities map[string]Identity
}

func (c *tokenCache) get(token string) (Identity, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	h, ok := c.identities[token]
	return h, ok
}

// put starts over when full: a token still in use comes back with its next request.
func (c *tokenCache) put(token string, h Identity) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.identities == nil || len(c.identities) >= maxCachedTokens {
		c.identities = make(map[string]Identity)
	}
	c.identities[token] = h
}
