package routing

import (
	"testing"

	"partyline/actors/queue"
	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

// queued is what take gives of a queue.
type queued struct {
	ids     []protocol.DeliveryID
	through protocol.DeliveryID
	more    bool
}

func take(s *eventQueue, n int, at protocol.DeliveryID) (q queued) {
	var events queue.FIFO[*Event]
	q.through, q.more = s.take(&events, n, func() protocol.DeliveryID { return at })
	for events.Len() > 0 {
		q.ids = append(q.ids, events.Pop().ID)
	}
	return q
}

func anyEvent() webhook.Filter {
	return webhook.Filter{Events: []protocol.EventType{protocol.EventAny}}
}

func sized(id protocol.DeliveryID, bytes int) *Event {
	return &Event{ID: id, Type: protocol.EventVoteReceived, Stored: make([]byte, bytes)}
}

func TestSubscriptionHoldsWhatComesBehindItsStart(t *testing.T) {
	s := newEventQueue(1, anyEvent(), 10, func() {})
	if s.push(sized(11, 1)) {
		t.Fatal("an event was taken before the router began")
	}
	if !s.begin(5, new(queueMemory)) || s.begin(6, nil) {
		t.Fatal("a queue begins once")
	}
	for id := protocol.DeliveryID(6); id <= 12; id++ {
		if !s.push(sized(id, 1)) {
			t.Fatal("full")
		}
	}
	if q := take(s, 1, 20); len(q.ids) != 1 || q.ids[0] != 11 || q.through != 11 || !q.more {
		t.Fatalf("%+v", q)
	}
	if q := take(s, 9, 20); len(q.ids) != 1 || q.ids[0] != 12 || q.through != 20 {
		t.Fatalf("%+v: nothing else waits up to the router's position", q)
	}
}

func TestFullSubscriptionKeepsWhatItHoldsAndEnds(t *testing.T) {
	for name, bytes := range map[string]int{"events": 0, "bytes": 10_000} {
		t.Run(name, func(t *testing.T) {
			m := &queueMemory{share: maxTotalBytes}
			s := newEventQueue(1, anyEvent(), 0, func() {})
			s.begin(0, m)
			refused := protocol.DeliveryID(1)
			for s.push(sized(refused, bytes)) {
				refused++
			}
			if n := s.events.Len(); n != int(refused)-1 || n > maxQueueEvents || bytes > 0 && m.held.Load() > maxTotalBytes+50_000 {
				t.Fatalf("%d events, %d bytes", n, m.held.Load())
			}
			if s.push(sized(refused+1, 0)) {
				t.Fatal("an event behind the gap was taken")
			}
			q := take(s, maxQueueEvents+1, refused+50)
			if len(q.ids) != int(refused)-1 || q.more || q.through != refused-1 {
				t.Fatalf("%d events through %d, more %v; %d was refused", len(q.ids), q.through, q.more, refused)
			}
			if s.bytes != 0 || m.held.Load() != 0 {
				t.Fatalf("%d bytes in an empty queue, %d in all", s.bytes, m.held.Load())
			}
		})
	}
}

func TestOneEventIsTakenHoweverLarge(t *testing.T) {
	s := newEventQueue(1, anyEvent(), 0, func() {})
	s.begin(0, new(queueMemory))
	if !s.push(sized(1, maxTotalBytes+1)) || s.push(sized(2, 1)) {
		t.Fatal("want the first event and no more")
	}
}

func TestParkedWebhookIsWokenOnce(t *testing.T) {
	woken := 0
	s := newEventQueue(1, anyEvent(), 0, func() { woken++ })
	if !s.park() {
		t.Fatal("the router wakes when it begins")
	}
	s.begin(0, new(queueMemory))
	s.push(sized(1, 1))
	if s.park() || woken != 0 {
		t.Fatal("parked with an event in the queue")
	}
	take(s, 9, 1)
	if !s.park() {
		t.Fatal("not parked")
	}
	if at, parked := s.parkedAt(func() protocol.DeliveryID { return 7 }); !parked || at != 7 {
		t.Fatalf("parked at %d, %v", at, parked)
	}
	s.push(sized(2, 1))
	s.push(sized(3, 1))
	if _, parked := s.parkedAt(func() protocol.DeliveryID { return 7 }); parked || woken != 1 {
		t.Fatalf("parked %v, woken %d times", parked, woken)
	}
}

func TestClosedSubscriptionIsNotParkedAndTakesNothing(t *testing.T) {
	s := newEventQueue(1, anyEvent(), 0, func() { t.Error("woken") })
	s.begin(0, new(queueMemory))
	s.park()
	s.close()
	if _, parked := s.parkedAt(func() protocol.DeliveryID { return 7 }); parked || s.push(sized(1, 1)) {
		t.Fatal("it goes on")
	}
	early := newEventQueue(1, anyEvent(), 0, func() {})
	early.close()
	if early.begin(0, new(queueMemory)) {
		t.Fatal("begun after it was closed")
	}
}

// Every webhook gets other events, and none delivers: each can still queue its share.
func TestQueuesTogetherAreBounded(t *testing.T) {
	for _, n := range []int{1, 16, 1000} {
		all := newQueues(func() int { return n })
		subs := make([]*eventQueue, n)
		for i := range n {
			subs[i] = newEventQueue(protocol.WebhookID(i+1), anyEvent(), 0, func() {})
			subs[i].begin(0, all.memory)
			all.add(subs[i])
		}
		most := int64(0)
		for id := protocol.DeliveryID(1); !all.none(); id++ {
			e := sized(id, 2000)
			e.To = protocol.WebhookID(int(id) % n)
			if int(id)%3 > 0 || e.To == 0 {
				e.To = protocol.WebhookID(n) // one of them gets most
			}
			all.push(e)
			most = max(most, all.memory.held.Load())
		}
		if most > 2*maxTotalBytes+int64(n)*3000 {
			t.Errorf("%d webhooks held %d bytes", n, most)
		}
		for _, s := range subs {
			if s.bytes < maxTotalBytes/n-3000 {
				t.Errorf("one of %d webhooks held only %d bytes", n, s.bytes)
			}
			s.close()
		}
		if held := all.memory.held.Load(); held != 0 {
			t.Errorf("%d bytes in closed queues", held)
		}
	}
}

// An event that all webhooks want is stored once.
func TestSharedEventsCountOnce(t *testing.T) {
	all := newQueues(func() int { return 1 })
	for i := range 300 {
		s := newEventQueue(protocol.WebhookID(i+1), anyEvent(), 0, func() {})
		s.begin(0, all.memory)
		all.add(s)
	}
	for id := range 1000 {
		all.push(sized(protocol.DeliveryID(id+1), 300))
	}
	if held := all.memory.held.Load(); len(all.byID) != 300 || held > 8<<20 {
		t.Fatalf("%d queues are open, with %d bytes", len(all.byID), held)
	}
}

func TestEventReachesThoseThatItMatchesOnce(t *testing.T) {
	votes, games := protocol.EventVoteReceived, protocol.EventGameAdded
	all := newQueues(func() int { return 1 })
	subs := map[string]*eventQueue{}
	for i, c := range []struct {
		name string
		f    webhook.Filter
	}{
		{"votes", webhook.Filter{Events: []protocol.EventType{votes}}},
		{"votes of session 2", webhook.Filter{Events: []protocol.EventType{votes}, Sessions: []protocol.SessionID{2}}},
		{"both", webhook.Filter{Events: []protocol.EventType{votes, games}}},
		{"any and votes", webhook.Filter{Events: []protocol.EventType{protocol.EventAny, votes}}},
		{"none", webhook.Filter{}},
	} {
		s := newEventQueue(protocol.WebhookID(i+1), c.f, 0, func() {})
		s.begin(0, new(queueMemory))
		all.add(s)
		subs[c.name] = s
	}
	event := Event{ID: 1, Type: votes, Session: 1}
	if !all.want(&event) {
		t.Fatal("wanted by nobody")
	}
	all.push(&event)
	for name, want := range map[string]int{"votes": 1, "votes of session 2": 0, "both": 1, "any and votes": 1, "none": 0} {
		if got := len(take(subs[name], 9, 0).ids); got != want {
			t.Errorf("%s: %d times, want %d", name, got, want)
		}
	}
	all.push(&Event{ID: 2, Type: games, To: 5})
	if q := take(subs["none"], 9, 0); len(q.ids) != 1 {
		t.Error("a test reaches its webhook whatever the filter")
	}
	all.remove(subs["any and votes"])
	if all.want(&Event{ID: 3, Type: "pick.made"}) {
		t.Error("wanted after its only queue was removed")
	}
}

func TestEventWakesOnlyThoseThatItMatches(t *testing.T) {
	const parked = 10_000
	woken := 0
	all := newQueues(func() int { return 1 })
	for id := range parked + 1 {
		f := webhook.Filter{Events: []protocol.EventType{protocol.EventGameAdded}}
		if id == parked {
			f.Events[0] = protocol.EventVoteReceived
		}
		s := newEventQueue(protocol.WebhookID(id+1), f, 0, func() { woken++ })
		s.begin(0, new(queueMemory))
		s.park()
		all.add(s)
	}
	all.push(sized(1, 300))
	if woken != 1 {
		t.Fatalf("%d of %d webhooks were woken", woken, parked+1)
	}
	vote := sized(2, 300)
	if n := testing.AllocsPerRun(100, func() { all.push(vote) }); n > 1 {
		t.Fatalf("%v allocations for an event that one webhook wants", n)
	}
}
