package routing

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"partyline/actors/ledger"
	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/persistence/memory"
	"partyline/protocol"
)

// world is a journal, a router and one inbox, all of whose steps the test makes.
type world struct {
	t       *rapid.T
	journal *memory.Journal
	router  *routerActor
	mailbox []any // to the router
	inbox   *Inbox
	woken   bool // the actor has a message

	cursor protocol.DeliveryID
	want   []protocol.DeliveryID // of the filter as it was, in order
	got    []protocol.DeliveryID
	last   map[string]persistence.Seq
	idle   bool // the inbox is parked
}

var types = []protocol.EventType{protocol.EventVoteReceived, protocol.EventGameAdded, protocol.EventGameStatus}

func newWorld(t *rapid.T) *world {
	w := &world{t: t, journal: memory.New(memory.Options{}), last: map[string]persistence.Seq{}}
	link := &Router{send: func(m any) { w.mailbox = append(w.mailbox, m) }}
	w.router = &routerActor{Env: &ledger.Env{Journal: w.journal, Log: zerolog.Nop(), SaveSnapshot: func(persistence.Snapshot) {}}, Router: link, queues: newQueues(func() int { return 1 }), started: true}
	w.inbox = NewInbox(InboxOptions{
		ID: 1, Journal: w.journal, Router: link, Wake: func() { w.woken = true }, Damaged: func(d *persistence.Damage) { t.Fatal(d) },
	}, 0)
	w.filter(types[:1])
	return w
}

// commit appends events to the journal.
func (w *world) commit(n int) {
	for range n {
		kind := rapid.SampledFrom(types).Draw(w.t, "type")
		done := make(chan persistence.Outcome, 1)
		event := fmt.Appendf(nil, `{"type":%q,"timestamp":"2024-01-15T12:00:00.000Z","sessionId":1,"seq":1,"data":{}}`, kind)
		record, _ := ledger.NewRecord([]byte{1}, event)
		w.journal.Append(persistence.Append{Stream: "session/1", Expected: w.last["session/1"], Records: [][]byte{record}, Done: func(o persistence.Outcome) { done <- o }})
		o := <-done
		w.last["session/1"] = o.Last
		if w.inbox.filter.MatchesType(kind) {
			w.want = append(w.want, protocol.DeliveryID(o.Position))
		}
	}
}

// route has the router handle what was sent to it, and the journal if it says so.
func (w *world) route(alsoJournal bool) {
	for _, m := range w.mailbox {
		switch m := m.(type) {
		case subscribe:
			if m.begin(protocol.DeliveryID(w.router.at), w.router.queues.memory) {
				w.router.queues.add(m.eventQueue)
				m.wake()
			}
		case unsubscribe:
			w.router.queues.remove(m.eventQueue)
		}
	}
	w.mailbox = nil
	if alsoJournal {
		w.router.route()
	}
}

// deliver does what the actor does, for n events at most.
func (w *world) deliver(n int) {
	if w.idle && !w.woken {
		return
	}
	w.idle, w.woken = false, false
	b := w.inbox
	for range n {
		b.Skip(w.cursor)
		for b.Empty() {
			more, err := b.Fill()
			if err != nil {
				w.t.Fatal(err)
			}
			if w.idle = b.Empty() && !more && b.Park(); w.idle {
				return
			}
		}
		e := b.Pop()
		w.got = append(w.got, e.ID)
		w.cursor = e.ID
	}
}

// filter changes the filter like an update: what was matched before stays so.
func (w *world) filter(kinds []protocol.EventType) {
	through := w.inbox.MatchedThrough()
	w.inbox.Unsubscribe()
	w.cursor = max(w.cursor, through)
	// What lies behind is matched anew.
	w.want = slices.DeleteFunc(w.want, func(id protocol.DeliveryID) bool { return id > w.cursor })
	f := &webhook.Filter{Events: kinds}
	for rec, err := range w.journal.ReadAll(context.Background(), position(w.cursor)) {
		if err != nil {
			w.t.Fatal(err)
		}
		if e, ok := ParseLive(rec); ok && e.Matches(1, f) {
			w.want = append(w.want, e.ID)
		}
	}
	w.inbox.SetFilter(f, w.cursor)
	w.idle = false
}

// Whatever the order of commits, routing, deliveries, overflows, restarts and changes of the
// filter: every event that matches is found once and in order.
func TestInboxFindsEveryMatchingEventOnceInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		defer func() { _ = w.journal.Close() }()
		t.Repeat(map[string]func(*rapid.T){
			"commit":  func(t *rapid.T) { w.commit(rapid.IntRange(1, 150).Draw(t, "n")) },
			"route":   func(*rapid.T) { w.route(true) },
			"begin":   func(*rapid.T) { w.route(false) },
			"ahead":   func(*rapid.T) { w.router.route() }, // of what was sent to it
			"look":    func(*rapid.T) { w.inbox.MatchedThrough() },
			"deliver": func(t *rapid.T) { w.deliver(rapid.IntRange(1, 200).Draw(t, "n")) },
			"overflow": func(*rapid.T) {
				if s := w.inbox.queue.Load(); s != nil && s.events.Len() > 0 && s.state == queueOpen {
					s.state, s.through = queueOverflowed, max(s.from, w.router.Position())
					w.router.queues.remove(s)
				}
			},
			"reload": func(*rapid.T) {
				f := w.inbox.filter
				w.inbox.Reset(w.cursor)
				w.inbox.SetFilter(f, w.cursor)
				w.idle = false
			},
			"forget": func(*rapid.T) { w.inbox.Forget() },
			"filter": func(t *rapid.T) { w.filter(types[:rapid.IntRange(1, 3).Draw(t, "types")]) },
			"checkpoint": func(t *rapid.T) {
				s := w.inbox.queue.Load()
				if s == nil {
					return
				}
				if at, parked := s.parkedAt(w.router.Position); parked {
					if i := slices.IndexFunc(w.want, func(id protocol.DeliveryID) bool { return id > at }); i < 0 && len(w.got) != len(w.want) || i >= 0 && len(w.got) < i {
						t.Fatalf("a checkpoint at %d says that everything is delivered: %d of %d", at, len(w.got), len(w.want))
					}
				}
			},
			"": func(t *rapid.T) {
				if held := w.inbox.Router.readAhead.Load(); held != w.inbox.bytes || w.inbox.Empty() && held != 0 {
					t.Fatalf("%d bytes are counted, %d in the inbox", held, w.inbox.bytes)
				}
				if n := len(w.got); n > len(w.want) || !slices.Equal(w.got, w.want[:n]) {
					t.Fatalf("got %v\nwant %v", w.got, w.want)
				}
			},
		})
		for range 50 {
			w.deliver(10_000)
			w.route(true)
		}
		w.deliver(10_000)
		if !slices.Equal(w.got, w.want) {
			t.Fatalf("in the end: got %v\nwant %v", w.got, w.want)
		}
		if !w.idle {
			t.Fatal("not parked when nothing is left")
		}
	})
}
