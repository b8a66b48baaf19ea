package gateway_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"partyline/gateway"
	"partyline/protocol"
)

// indexing is a hub that builds its index of the vote history.
type indexing struct{ gateway.Hub }

func (indexing) Votes(context.Context, protocol.VoteFilter) (protocol.VotePage, error) {
	err := protocol.Errorf(protocol.CodeStarting, "The index is being built")
	err.RetryAfter = 10 * time.Second
	return protocol.VotePage{}, err
}

// TestVotesAreThereWhenTheIndexIs: the client is told when to come again.
func TestVotesAreThereWhenTheIndexIs(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(o *gateway.Options) { o.Hub = indexing{o.Hub} })
	a := h.rest("votes.list", "", nil)
	a.want(t, 503, protocol.CodeStarting, "")
	if got := a.header.Get("Retry-After"); got != "10" {
		t.Errorf("Retry-After: %q", got)
	}
}

// TestNameSearchesAreCharged: they read more than other pages, which have no such cost.
func TestNameSearchesAreCharged(t *testing.T) {
	t.Parallel()
	let := map[string]int{}
	for _, name := range []string{"", "ann"} {
		h := newTestServer(t, func(o *gateway.Options) {
			o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
			o.AddressRate = 10
		})
		query := params{}
		if name != "" {
			query["username"] = name
		}
		for let[name] = 0; let[name] < 100; let[name]++ {
			if a := h.rest("votes.list", "", query, "X-Forwarded-For", hall); a.status == 429 {
				break
			}
		}
	}
	if let["ann"] < 1 || let["ann"] > 5 || let[""] < 20 {
		t.Errorf("let in: %d searches for a name, %d others", let["ann"], let[""])
	}
}
