package gateway_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"partyline/protocol"
)

// TestHundredScreensOfOneTokenReconnect after a restart, in the middle of a long evening:
// each asks what the page asks when it begins, at the rates that are usual.
func TestHundredScreensOfOneTokenReconnect(t *testing.T) {
	p := newParty(t, "latest")
	const played, screens, votes = 45, 100, 300
	for i := range played - 1 {
		p.rest("sessions.games.add", p.admins, params{"id": p.session, "game_id": i + 2}).want(t, 201, "", "")
	}
	p.castMany(p.session, 0, votes)
	token := p.scoped(protocol.RoleViewer, 0)
	clients := make([]*client, screens)
	for i := range clients {
		clients[i] = p.dialFrom(hall)
		clients[i].auth(token)
	}
	var refusedSubscriptions atomic.Int64
	var all sync.WaitGroup
	for _, c := range clients {
		all.Go(func() {
			ask := func(op string, data params) {
				a := c.request(op, data)
				if a.status != 200 && a.object(t)["retryAfter"] == nil {
					t.Errorf("%s: %d %s", op, a.status, a.body)
				}
			}
			ask("sessions.active", nil)
			c.say(params{"type": "subscribe", "sessionId": p.session, "mode": "tally", "snapshot": true})
			for m := c.hear(); m["type"] != "subscribed"; m = c.hear() {
				if m["type"] == "error" {
					refusedSubscriptions.Add(1)
					break
				}
			}
			ask("sessions.join.get", params{"id": p.session})
			ask("votes.list", params{"session_id": p.session, "limit": 100})
		})
	}
	all.Wait()
	// What is read takes the longer, and costs the more, the more a machine has to do: some of
	// it is refused for now, and the pages ask again.
	if n := refusedSubscriptions.Load(); n > 0 {
		t.Errorf("%d subscriptions of %d screens are refused", n, screens)
	}
}

// TestRefusedSubscriptionHasRetryAfter, also one that came too fast.
func TestRefusedSubscriptionHasRetryAfter(t *testing.T) {
	t.Parallel()
	h := newStrictTestServer(t)
	h.opened()
	k := h.dialFrom(hall)
	k.auth(h.scoped(protocol.RoleViewer, 0))
	subscribe := func() map[string]any {
		k.say(params{"type": "subscribe", "sessionId": 1, "snapshot": true})
		return k.hear()
	}
	wantMessage(t, subscribe(), params{"type": "subscribed"})
	for range 2 {
		m := subscribe()
		wantMessage(t, m, params{"type": "error", "sessionId": 1.0, "code": "too_many_requests"})
		if n, _ := m["retryAfter"].(float64); n < 1 || n > longest {
			t.Errorf("%v", m)
		}
	}
	usual := newTestServer(t)
	other := usual.dial()
	other.auth(usual.scoped(protocol.RoleViewer, 0))
	other.say(params{"type": "subscribe", "sessionId": 77})
	if m := other.hearType("error"); m["code"] != "not_found" || m["retryAfter"] != nil {
		t.Errorf("%v", m)
	}
}
