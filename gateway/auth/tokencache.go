package auth

import "sync"

// maxCachedTokens bounds the verified tokens that are kept. A hub has a few dozen
// clients; beyond that the signature is simply checked again.
const maxCachedTokens = 1024

// tokenCache keeps whose the tokens of recent requests are, because checking a signature
// and decoding claims costs more than a vote. It keeps only what never changes: expiry
// and revocation are checked on every use.
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
