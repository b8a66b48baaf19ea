package actors_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"partyline/protocol"
)

// TestWebhooksThatWaitForARetryHoldNoBacklog: what they have read ahead is read again when the
// endpoint is tried again.
func TestWebhooksThatWaitForARetryHoldNoBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const hooks, votes = 200, 100
		n := newWebhookHub(t)
		enable := func(ids []protocol.WebhookID, on bool) {
			for _, id := range ids {
				do[protocol.WebhookSaved](t, n.hub, protocol.UpdateWebhook{ID: id, Enabled: &on})
			}
		}
		var ids []protocol.WebhookID
		for range hooks {
			ids = append(ids, n.hook(protocol.EventVoteReceived))
		}
		enable(ids, false)
		for range votes {
			n.vote()
		}
		n.sender.change(status(404))
		rest(time.Minute)
		before := heapInUse()
		enable(ids, true)
		rest(20 * time.Second) // the second attempt has failed, too
		n.sender.mu.Lock()
		n.sender.sent = nil
		n.sender.mu.Unlock()
		if per := (heapInUse() - before) / hooks; per > 10_000 {
			t.Errorf("%d bytes for each webhook that waits", per)
		}
		n.sender.change(status(200))
		rest(time.Hour)
		if got := len(n.sender.log(0)); got != hooks*votes {
			t.Errorf("%d deliveries in the end, want %d", got, hooks*votes)
		}
	})
}

func heapInUse() int64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}
