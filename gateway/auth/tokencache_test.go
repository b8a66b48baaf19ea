package auth

import (
	"strconv"
	"testing"
)

func TestTokenCacheIsBounded(t *testing.T) {
	var c tokenCache
	for i := range 3 * maxCachedTokens {
		c.put(strconv.Itoa(i), Identity{IssuedAt: int64(i)})
		if h, ok := c.get(strconv.Itoa(i)); !ok || h.IssuedAt != int64(i) {
			t.Fatal("not remembered")
		}
	}
	if len(c.identities) > maxCachedTokens {
		t.Errorf("%d identities", len(c.identities))
	}
}
