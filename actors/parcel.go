package actors

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

// parcel is an event of the global order on its way to webhooks.
type parcel struct {
	id      protocol.DeliveryID
	time    time.Time
	kind    protocol.EventType
	session protocol.SessionID
	// to is the only webhook that a test is for, 0 for everybody.
	to     protocol.WebhookID
	stored []byte
}

// webhookPrefix is the beginning of the names of all webhooks' streams.
const webhookPrefix = "webhook/"

func webhookStream(id protocol.WebhookID) string { return webhookPrefix + id.String() }

// kinds gives known types without making a string of them each time.
var kinds = func() map[string]protocol.EventType {
	m := map[string]protocol.EventType{}
	for _, t := range protocol.EventTypes() {
		m[string(t)] = t
	}
	return m
}()

// notice looks at a record: ok is false when it has no place in anybody's line.
func notice(rec persistence.Record) (p parcel, ok bool) {
	p, ok = parcelOf(rec)
	if ok && p.to != 0 {
		ok = inLine(rec.Data)
	}
	return p, ok
}

// parcelOf looks at a record: ok is false when it has no event. It is called for every
// record there is, so it reads the beginning of the event and no more. The stored
// event is a part of the record.
func parcelOf(rec persistence.Record) (p parcel, ok bool) {
	_, event, err := ledger.SplitRecord(rec.Data)
	if err != nil || len(event) == 0 {
		return parcel{}, false
	}
	name, session, ok := webhook.Peek(event)
	if !ok {
		return parcel{}, false
	}
	kind, known := kinds[string(name)]
	if !known {
		kind = protocol.EventType(name)
	}
	p = parcel{id: protocol.DeliveryID(rec.Position), time: rec.Time, kind: kind, session: session, stored: event}
	if id, test := strings.CutPrefix(rec.Stream, webhookPrefix); test {
		n, err := strconv.ParseInt(id, 10, 64)
		p.to = protocol.WebhookID(n)
		return p, err == nil && n > 0
	}
	return p, true
}

// inLine says of a test whether it is delivered in its place in the line.
func inLine(record []byte) bool {
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

// kept is the parcel with memory of its own.
func (p parcel) kept() parcel {
	p.stored = bytes.Clone(p.stored)
	return p
}

// meant says whether the parcel is for the webhook.
func (p *parcel) meant(id protocol.WebhookID, f *webhook.Filter) bool {
	if p.to != 0 {
		return p.to == id
	}
	return f.Matches(p.kind, p.session)
}
