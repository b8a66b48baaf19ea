package delivery

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"partyline/actors/ledger"
	"partyline/actors/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// queuedEvent is a stored event on its way to webhooks. All queues that hold the event
// share one, which is never changed.
type queuedEvent struct {
	id      protocol.DeliveryID // position in the journal
	time    time.Time           // when the journal committed the event
	kind    protocol.EventType
	session protocol.SessionID
	// to is the only webhook that gets a test, 0 for all others.
	to     protocol.WebhookID
	stored []byte
	queues int32 // how many hold the event, for queueMemory; atomic
}

// streamPrefix is the beginning of the names of all webhooks' streams.
const streamPrefix = "webhook/"

func streamOf(id protocol.WebhookID) string { return streamPrefix + id.String() }

func position(id protocol.DeliveryID) persistence.Position { return persistence.Position(id) }

// knownTypes maps the names of the event types to their constants, so that parseEvent
// allocates no string for each event.
var knownTypes = func() map[string]protocol.EventType {
	m := map[string]protocol.EventType{}
	for _, t := range protocol.EventTypes() {
		m[string(t)] = t
	}
	return m
}()

// liveEvent parses the event of a record that is delivered in order; ok is false for
// records without an event, and for tests that are delivered outside the order.
func liveEvent(rec persistence.Record) (e queuedEvent, ok bool) {
	e, ok = parseEvent(rec)
	if ok && e.to != 0 {
		ok = isOrderedTest(rec.Data)
	}
	return e, ok
}

// parseEvent reads the beginning of a record's event and no more, because it is called for
// every record of the journal. ok is false when the record has no event. The stored event
// is a slice of the record: clone keeps it.
func parseEvent(rec persistence.Record) (e queuedEvent, ok bool) {
	_, stored, err := ledger.SplitRecord(rec.Data)
	if err != nil || len(stored) == 0 {
		return queuedEvent{}, false
	}
	name, session, ok := webhook.Peek(stored)
	if !ok {
		return queuedEvent{}, false
	}
	kind, known := knownTypes[string(name)]
	if !known {
		kind = protocol.EventType(name)
	}
	e = queuedEvent{id: protocol.DeliveryID(rec.Position), time: rec.Time, kind: kind, session: session, stored: stored}
	if id, test := strings.CutPrefix(rec.Stream, streamPrefix); test {
		n, err := strconv.ParseInt(id, 10, 64)
		e.to = protocol.WebhookID(n)
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

// clone copies the event out of the record's memory.
func (e *queuedEvent) clone() *queuedEvent {
	c := *e
	c.stored = bytes.Clone(e.stored)
	return &c
}

// matches reports whether the webhook gets the event.
func (e *queuedEvent) matches(id protocol.WebhookID, f *webhook.Filter) bool {
	if e.to != 0 {
		return e.to == id
	}
	return f.Matches(e.kind, e.session)
}

// size is the memory that the event takes, as the bounds of queues count it.
func (e *queuedEvent) size() int { return len(e.stored) + eventOverhead }
