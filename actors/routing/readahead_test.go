package routing

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	"partyline/actors/ledger"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// largeEvents is a journal with events of so many bytes each.
func largeEvents(t *testing.T, count, size int) *memory.Journal {
	t.Helper()
	j := memory.New(memory.Options{})
	t.Cleanup(func() { _ = j.Close() })
	event := fmt.Appendf(nil, `{"type":"vote.received","timestamp":"2024-01-15T12:00:00.000Z","sessionId":1,"seq":1,"data":"%s"}`, bytes.Repeat([]byte("x"), size))
	for i := range count {
		record, _ := ledger.NewRecord([]byte{1}, event)
		done := make(chan persistence.Outcome, 1)
		j.Append(persistence.Append{Stream: "session/1", Expected: persistence.Seq(i), Records: [][]byte{record}, Done: func(o persistence.Outcome) { done <- o }})
		if o := <-done; o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	return j
}

// TestReadAheadOfAllInboxesIsBounded: many webhooks read the journal at one time. Each still
// finds every event.
func TestReadAheadOfAllInboxesIsBounded(t *testing.T) {
	const events, size, inboxes = 12, 100_000, 40
	j := largeEvents(t, events, size)
	router := &Router{send: func(any) {}}
	router.routed.Store(int64(j.Head()))
	all := make([]*Inbox, inboxes)
	filter, held := anyEvent(), 0
	for i := range all {
		all[i] = NewInbox(InboxOptions{ID: protocol.WebhookID(i + 1), Journal: j, Router: router}, 0)
		all[i].SetFilter(&filter, 0)
		if _, err := all[i].Fill(); err != nil || all[i].Empty() {
			t.Fatal("nothing found", err)
		}
		held += all[i].events.Len() * size
	}
	if limit := maxReadAheadBytes + (inboxes+1)*size; held > limit {
		t.Errorf("%d bytes are read ahead, want at most %d", held, limit)
	}
	found := 0
	for last := all[inboxes-1]; ; found++ {
		if more, err := last.Fill(); err != nil || last.Empty() && !more {
			break
		}
		last.Pop()
	}
	if found != events {
		t.Errorf("%d events found, want %d", found, events)
	}
	for i, b := range all {
		switch i % 3 {
		case 0:
			b.Forget()
		case 1:
			b.Close()
		default:
			b.SetFilter(nil, 0)
		}
	}
	if n := router.readAhead.Load(); n != 0 {
		t.Errorf("%d bytes are counted when nothing is held", n)
	}
}

// TestEventsStayCountedInTheirQueue: an inbox takes only the event that is delivered next, so
// the bound of all queues holds for what waits.
func TestEventsStayCountedInTheirQueue(t *testing.T) {
	router, m := &Router{send: func(any) {}}, &queueMemory{share: maxTotalBytes}
	b := NewInbox(InboxOptions{ID: 1, Journal: largeEvents(t, 0, 0), Router: router}, 0)
	filter := anyEvent()
	b.SetFilter(&filter, 0)
	b.subscribe()
	s := b.queue.Load()
	s.begin(0, m)
	const events, size = 50, 100_000
	for id := range protocol.DeliveryID(events) {
		s.push(sized(id+1, size))
	}
	if _, err := b.Fill(); err != nil || b.Empty() {
		t.Fatal("nothing taken", err)
	}
	if held := m.held.Load(); held < (events-1)*size {
		t.Errorf("%d bytes are counted of %d that wait", held, events*size)
	}
}

// TestEmptyQueueGivesItsMemoryBack: a thousand queues that were full once would hold 128 KiB
// each for ever.
func TestEmptyQueueGivesItsMemoryBack(t *testing.T) {
	const count = 50
	heap := func() int64 {
		var s runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&s)
		return int64(s.HeapAlloc)
	}
	before := heap()
	m := &queueMemory{share: maxTotalBytes}
	all := make([]*eventQueue, count)
	for i := range all {
		s := newEventQueue(protocol.WebhookID(i+1), anyEvent(), 0, func() {})
		s.begin(0, m)
		for id := 1; id < maxQueueEvents; id++ {
			s.push(sized(protocol.DeliveryID(id), 1))
		}
		take(s, maxQueueEvents, 1<<30)
		all[i] = s
	}
	if n := (heap() - before) / count; n > 20_000 {
		t.Errorf("%d bytes for each empty queue", n)
	}
	runtime.KeepAlive(all)
}
