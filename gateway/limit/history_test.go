package limit

import (
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"partyline/protocol"
)

// library is a vote history whose readers each take a while.
type library struct {
	t     *testing.T
	queue *HistoryQueue
	mu    sync.Mutex
	order []string // of those who have read
	told  map[string]protocol.Code
}

// visit asks in the name of somebody, who reads for so long.
func (l *library) visit(name string, who protocol.Principal, from string, lasts time.Duration) {
	go func() {
		release, refusal := l.queue.Acquire(l.t.Context(), who, netip.MustParseAddr(from))
		if refusal != nil {
			l.mu.Lock()
			l.told[name] = refusal.Code
			l.mu.Unlock()
			return
		}
		defer release()
		l.mu.Lock()
		l.order = append(l.order, name)
		l.mu.Unlock()
		time.Sleep(lasts)
	}()
	synctest.Wait() // so that they come in order
}

// elapse lets time pass, and whoever has come or gone meanwhile has written down so.
func elapse(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func inLibrary(t *testing.T, test func(l *library)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		test(&library{t: t, queue: NewHistoryQueue(NewRequests(Rates{})), told: map[string]protocol.Code{}})
	})
}

var (
	aBot    = protocol.Principal{Role: protocol.RoleBot, Token: 1}
	aScreen = protocol.Principal{Role: protocol.RoleViewer, Token: 2}
	aPhone  = protocol.Principal{Role: protocol.RoleGuest}
	anybody = protocol.Principal{}
	theHost = protocol.Principal{Role: protocol.RoleAdmin}
)

// TestReadersTakeTurns: each address has its turn after the other.
func TestReadersTakeTurns(t *testing.T) {
	inLibrary(t, func(l *library) {
		const fool, home, phone = "203.0.113.7", "198.51.100.4", "198.51.100.5"
		for range 10 {
			l.visit("fool", anybody, fool, 10*time.Millisecond)
		}
		l.visit("home", anybody, home, 10*time.Millisecond)
		l.visit("phone", aPhone, phone, 10*time.Millisecond)
		l.visit("screen", aScreen, fool, 10*time.Millisecond)
		l.visit("bot", aBot, fool, 10*time.Millisecond)
		elapse(time.Minute)
		want := append([]string{"fool", "bot", "screen", "fool", "home", "phone"}, slices.Repeat([]string{"fool"}, 8)...)
		if !slices.Equal(l.order, want) {
			t.Errorf("read in the order %v, want %v", l.order, want)
		}
	})
}

// TestLongReadingsAreCharged: before the next one begins, whatever number of requests
// was let in before anybody knew what they cost.
func TestLongReadingsAreCharged(t *testing.T) {
	inLibrary(t, func(l *library) {
		for range 8 {
			l.visit("screen", aScreen, "203.0.113.7", time.Second)
		}
		l.visit("other", protocol.Principal{Role: protocol.RoleViewer, Token: 3}, "203.0.113.7", time.Second)
		elapse(20 * time.Second)
		if want := []string{"screen", "other"}; !slices.Equal(l.order, want) || l.told["screen"] != protocol.CodeTooMany {
			t.Errorf("read in the order %v, told %v", l.order, l.told)
		}
		elapse(20 * time.Second)
		l.visit("screen", aScreen, "203.0.113.7", time.Second)
		if len(l.order) != 3 {
			t.Error("the debt is not paid back after 40 seconds")
		}
		elapse(time.Minute)
	})
}

// TestBotsLeaveTurnsToOthers to screens and strangers, and has the most.
func TestBotsLeaveTurnsToOthers(t *testing.T) {
	inLibrary(t, func(l *library) {
		for range 6 {
			l.visit("bot", aBot, "203.0.113.7", 10*time.Millisecond)
			l.visit("screen", aScreen, "203.0.113.7", 10*time.Millisecond)
			l.visit("stranger", anybody, "198.51.100.4", 10*time.Millisecond)
		}
		elapse(time.Minute)
		want := []string{"bot", "bot", "screen", "bot", "stranger", "bot", "screen", "bot", "stranger", "bot"}
		if got := l.order[:min(len(want), len(l.order))]; !slices.Equal(got, want) || len(l.order) != 18 {
			t.Errorf("%d have read, first %v, want %v", len(l.order), got, want)
		}
	})
}

// TestSiteIsOneReader: it has 65,536 networks.
func TestSiteIsOneReader(t *testing.T) {
	inLibrary(t, func(l *library) {
		for _, network := range []string{"2001:db8:7:1::1", "2001:db8:7:2::1", "2001:db8:7:3::1"} {
			l.visit("site", anybody, network, 10*time.Millisecond)
		}
		l.visit("home", anybody, "2001:db8:8::1", 100*time.Millisecond)
		elapse(time.Minute)
		if want := []string{"site", "site", "home", "site"}; !slices.Equal(l.order, want) {
			t.Errorf("read in the order %v, want %v", l.order, want)
		}
	})
}

// TestHostDoesNotWait.
func TestHostDoesNotWait(t *testing.T) {
	inLibrary(t, func(l *library) {
		l.visit("stranger", anybody, "203.0.113.7", time.Hour)
		l.visit("host", theHost, "203.0.113.7", time.Millisecond)
		elapse(time.Second)
		if len(l.order) != 2 {
			t.Errorf("%v have begun", l.order)
		}
		elapse(2 * time.Hour)
	})
}

// TestWaitForATurnIsBounded: the place goes on to who still waits.
func TestWaitForATurnIsBounded(t *testing.T) {
	inLibrary(t, func(l *library) {
		l.visit("slow", anybody, "203.0.113.7", 6*time.Second)
		l.visit("tired", anybody, "198.51.100.4", time.Second)
		elapse(3 * time.Second)
		l.visit("patient", anybody, "198.51.100.5", time.Second)
		elapse(time.Minute)
		if want := []string{"slow", "patient"}; !slices.Equal(l.order, want) || l.told["tired"] != protocol.CodeOverloaded {
			t.Errorf("read in the order %v, told %v", l.order, l.told)
		}
		l.visit("next", anybody, "198.51.100.4", time.Second)
		if len(l.order) != 3 {
			t.Error("the place is not free again")
		}
		elapse(time.Minute)
	})
}

// TestWaitingRequestsOfOneReaderAreBounded: who asks over more connections is told to slow down.
func TestWaitingRequestsOfOneReaderAreBounded(t *testing.T) {
	inLibrary(t, func(l *library) {
		for range 1 + int(HistoryWaiting.Most) {
			l.visit("screens", aScreen, "203.0.113.7", time.Millisecond)
		}
		l.visit("another", aBot, "203.0.113.7", time.Millisecond)
		l.visit("one more", aScreen, "203.0.113.7", time.Millisecond)
		elapse(time.Minute)
		if len(l.order) != 2+int(HistoryWaiting.Most) || l.told["one more"] != protocol.CodeTooMany || len(l.told) != 1 {
			t.Errorf("%d have read, told %v", len(l.order), l.told)
		}
	})
}
