package routing

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"partyline/actors/ledger"
	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// Event is a stored event on its way to webhooks. All queues that hold the event
// share one, which is never changed.
type Event struct {
	ID      protocol.DeliveryID // position in the journal
	Time    time.Time           // when the journal committed the event
	Type    protocol.EventType
	Session protocol.SessionID
	// To is the only webhook that gets a test, 0 for all other events.
	To     protocol.WebhookID
	Stored []byte
	queues int32 // how many hold the event, for queueMemory; atomic
}

// StreamPrefix is the beginning of the names of all webhooks' streams.
const StreamPrefix = "webhook/"

// StreamOf is the name of a webhook's stream.
func StreamOf(id protocol.WebhookID) string { return StreamPrefix + id.String() }

func position(id protocol.DeliveryID) persistence.Position { return persistence.Position(id) }

// knownTypes maps the names of the event types to their constants, so that Parse
// allocates no string for each event.
var knownTypes = func() map[string]protocol.EventType {
	m := map[string]protocol.EventType{}
	for _, t := range protocol.EventTypes() {
		m[string(t)] = t
	}
	return m
}()

// ParseLive parses the event of a record that is delivered in order; ok is false for
// records without an event, and for tests that are delivered outside the order.
func ParseLive(rec persistence.Record) (e Event, ok bool) {
	e, ok = Parse(rec)
	if ok && e.To != 0 {
		ok = isOrderedTest(rec.Data)
	}
	return e, ok
}

// Parse reads the beginning of a record's event and no more, because it is called for
// every record of the journal. ok is false when the record has no event. The stored event
// is a slice of the record: Clone keeps it.
func Parse(rec persistence.Record) (e Event, ok bool) {
	_, stored, err := ledger.SplitRecord(rec.Data)
	if err != nil || len(stored) == 0 {
		return Event{}, false
	}
	name, session, ok := webhook.Peek(stored)
	if !ok {
		return Event{}, false
	}
	kind, known := knownTypes[string(name)]
	if !known {
		kind = protocol.EventType(name)
	}
	e = Event{ID: protocol.DeliveryID(rec.Position), Time: rec.Time, Type: kind, Session: session, Stored: stored}
	if id, test := strings.CutPrefix(rec.Stream, StreamPrefix); test {
		n, err := strconv.ParseInt(id, 10, 64)
		e.To = protocol.WebhookID(n)
		return e, err == nil && n > 0
	}
	return e, true
}

// isOrderedTest reports whether the record of a test says that it is delivered in order.
func isOrderedTest(record []byte) bool {
	fact, _, err := ledger.SplitRecord(record)
	if err != nil {
		return false
	}
	f, err := webhook.ReadFact(fact)
	if err != nil {
		return false
	}
	t, ok := f.(*webhook.Tested)
	return ok && !t.Aside
}

// Clone copies the event out of the record's memory.
func (e *Event) Clone() *Event {
	c := *e
	c.Stored = bytes.Clone(e.Stored)
	return &c
}

// Matches reports whether the webhook gets the event.
func (e *Event) Matches(id protocol.WebhookID, f *webhook.Filter) bool {
	if e.To != 0 {
		return e.To == id
	}
	return f.Matches(e.Type, e.Session)
}

// size is the memory that the event takes, as the bounds of queues count it.
func (e *Event) size() int { return len(e.Stored) + eventOverhead }
