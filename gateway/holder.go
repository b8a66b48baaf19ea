package gateway

import "sync"

// maxHolders bounds the verified tokens that are remembered. A hub has a few dozen
// clients; beyond that the signature is simply checked again.
const maxHolders = 1024

// holderCache remembers whose the tokens of late requests are, because checking a
// signature and decoding claims costs more than a vote. Only what never changes is
// remembered: expiry and revocation are looked at on every use.
type holderCache struct {
	mu      sync.RWMutex
	holders map[string]holder
}

func (c *holderCache) get(token string) (holder, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	h, ok := c.holders[token]
	return h, ok
}

// put starts over when full: a token still in use comes back with its next request.
func (c *holderCache) put(token string, h holder) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holders == nil || len(c.holders) >= maxHolders {
		c.holders = make(map[string]holder)
	}
	c.holders[token] = h
}
