package gateway_test

import (
	"sync"
	"testing"
	"time"

	"partyline/actors"
	"partyline/gateway"
	"partyline/protocol"
)

// fullHub has no room for votes and notes when they were sent away.
type fullHub struct {
	gateway.Hub
	mu   sync.Mutex
	away []time.Time
}

func (h *fullHub) Go(_ actors.Call, done func(any, *protocol.Error)) {
	h.mu.Lock()
	h.away = append(h.away, time.Now())
	h.mu.Unlock()
	done(nil, protocol.Overloaded())
}

// A bot that waits for no answer is not read as fast as it writes while the hub is full,
// and everything it wrote is answered all the same.
func TestOverloadedSocketIsThrottled(t *testing.T) {
	t.Parallel()
	full := new(fullHub)
	h := newTestServer(t, func(o *gateway.Options) {
		full.Hub = o.Hub
		o.Hub = full
	})
	k := h.dial()
	k.auth(h.admin())
	const votes, pause = 4, 50 * time.Millisecond
	for i := range votes {
		k.say(params{"type": "request", "id": i, "op": "votes.live",
			"data": params{"sessionId": 1, "username": "ann", "vote": "up", "timestamp": "2026-10-04T20:15:00Z"}})
	}
	for range votes {
		if m := k.hear(); m["status"] != 503.0 {
			t.Fatalf("%v", m)
		}
	}
	full.mu.Lock()
	defer full.mu.Unlock()
	for i := 1; i < votes; i++ {
		if wait := full.away[i].Sub(full.away[i-1]); wait < pause {
			t.Errorf("vote %d was read %s after the one before it was sent away", i, wait)
		}
	}
}
