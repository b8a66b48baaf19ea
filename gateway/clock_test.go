package gateway_test

import (
	"sync/atomic"
	"testing"
	"time"

	"partyline/gateway"
	"partyline/protocol"
)

// TestScreenStaysConnectedWhenClockJumps has the clock two days ahead for a moment: a
// screen with a token of one day stays connected, and after the clock is right again its
// token lets it in anew.
func TestScreenStaysConnectedWhenClockJumps(t *testing.T) {
	t.Parallel()
	var skew atomic.Int64
	h := newTestServer(t, func(o *gateway.Options) {
		o.Now = func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }
	})
	session, _ := h.opened()
	token := h.scoped(protocol.RoleViewer, 0)
	k := h.dial()
	k.auth(token)

	skew.Store(int64(48 * time.Hour))
	k.say(params{"type": "subscribe", "sessionId": session})
	wantMessage(t, k.hear(), params{"type": "subscribed", "sessionId": float64(session)})
	late := h.dial()
	late.say(params{"type": "auth", "token": token})
	wantMessage(t, late.hear(), params{"type": "auth_error", "code": "bad_token"})

	skew.Store(0)
	late.auth(token)
	k.say(params{"type": "request", "id": "1", "op": "games.packs"})
	wantMessage(t, k.hear(), params{"type": "response", "status": 200.0})
}
