package gateway

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"partyline/protocol"
)

func addr(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{203, byte(n >> 16), byte(n >> 8), byte(n)})
}

func TestFailuresLeaveTheWindowOneByOne(t *testing.T) {
	l := failedAttempts{limit: maxLogins}
	start := time.Unix(1_700_000_000, 0)
	for i := range maxLogins {
		if left := l.attempt(addr(1), false, start.Add(time.Duration(i)*time.Second)); left != 0 {
			t.Fatalf("blocked for %v after %d failures", left, i)
		}
	}
	// Also the right key has to wait, else guesses would go on.
	for _, right := range []bool{true, false} {
		if left := l.attempt(addr(1), right, start.Add(20*time.Second)); left != 40*time.Second {
			t.Errorf("blocked for %v", left)
		}
	}
	// The first failure has aged: one more try, and no more than one.
	for _, right := range []bool{true, false} {
		if left := l.attempt(addr(1), right, start.Add(60*time.Second)); left != 0 {
			t.Errorf("blocked for %v after a minute", left)
		}
	}
	if left := l.attempt(addr(1), false, start.Add(60*time.Second)); left != time.Second {
		t.Errorf("blocked for %v", left)
	}
}

func TestLoginsRememberABoundedNumber(t *testing.T) {
	l := failedAttempts{limit: maxLogins}
	start := time.Unix(1_700_000_000, 0)
	for i := range maxAddresses {
		l.attempt(addr(i), false, start)
	}
	later := start.Add(2 * failureWindow)
	l.attempt(addr(maxAddresses), false, later)
	if n := len(l.failures); n != 1 {
		t.Errorf("aged ones are forgotten first: %d left", n)
	}
	for i := range maxAddresses + 50 {
		l.attempt(addr(i), false, later)
	}
	if n := len(l.failures); n > maxAddresses {
		t.Errorf("%d addresses", n)
	}
}

func TestLaneRunsEverythingAndNotTooMuchAtOnce(t *testing.T) {
	var l workerPool
	var now, most atomic.Int64
	var all sync.WaitGroup
	gate := make(chan struct{})
	for range 100 {
		all.Add(1)
		l.run(func() {
			defer all.Done()
			for n := now.Add(1); n > most.Load(); {
				most.Store(n)
			}
			<-gate
			now.Add(-1)
		})
	}
	close(gate)
	all.Wait()
	if n := most.Load(); n < 1 || n > maxWorkers {
		t.Errorf("%d at once", n)
	}
}

func TestHoldersAreBounded(t *testing.T) {
	var c tokenCache
	for i := range 3 * maxCachedTokens {
		c.put(addr(i).String(), identity{issuedAt: int64(i)})
		if h, ok := c.get(addr(i).String()); !ok || h.issuedAt != int64(i) {
			t.Fatal("not remembered")
		}
	}
	if len(c.identities) > maxCachedTokens {
		t.Errorf("%d holders", len(c.identities))
	}
}

func TestTableAndHandlersMustFit(t *testing.T) {
	g := &Gateway{}
	rows := []protocol.Operation{{Op: "a.b", Method: "GET", Path: "/a/{id}/b/{name}"}}
	none := map[string]handler{}
	if _, err := endpoints(rows, none); err == nil {
		t.Error("a row without a handler")
	}
	extra := map[string]handler{"a.b": g.health, "c.d": g.health}
	if _, err := endpoints(rows, extra); err == nil {
		t.Error("a handler without a row")
	}
	if all, err := endpoints(rows, map[string]handler{"a.b": g.health}); err != nil || len(all["a.b"].params) != 2 {
		t.Error(all, err)
	}
}
