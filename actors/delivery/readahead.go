package delivery

import (
	"context"

	"partyline/actors/ledger"
	"partyline/actors/queue"
	"partyline/actors/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

const (
	// prefetch is how many events a webhook reads ahead: enough to read seldom, little beside
	// its queue.
	prefetch = 64
	// prefetchBytes bounds them too, because one event can be a whole chat log.
	prefetchBytes = 1 << 20
	// readBatch is how many records one message reads, so that other messages to the webhook
	// wait for some milliseconds at most.
	readBatch = 8192
	// endOfJournal is behind every position.
	endOfJournal protocol.DeliveryID = 1<<63 - 1
)

// readAhead holds the events of one webhook that were found in a part of the journal.
type readAhead struct {
	events  queue.FIFO[*queuedEvent]
	scanned protocol.DeliveryID // everything up to here was searched
}

func (r *readAhead) empty() bool { return r.events.Len() == 0 }

// skip drops the events up to a position and goes on reading behind it.
func (r *readAhead) skip(through protocol.DeliveryID) {
	r.scanned = max(r.scanned, through)
	for !r.empty() && (*r.events.First()).id <= through {
		r.events.Pop()
	}
}

// clearThrough is the position up to which no event waits.
func (r *readAhead) clearThrough() protocol.DeliveryID {
	if r.empty() {
		return r.scanned
	}
	return (*r.events.First()).id - 1
}

// journalReader reads the events of one webhook from the journal.
type journalReader struct {
	journal persistence.Journal
	id      protocol.WebhookID
	// damaged is called with records that cannot be read; their events are left out.
	damaged func(*persistence.Damage)
}

// read searches on behind r.scanned, up to until at most, for events that match. more
// reports that the search ended before, because it has found enough or read a batch.
func (j *journalReader) read(r *readAhead, f *webhook.Filter, until protocol.DeliveryID) (more bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), ledger.ReadTimeout)
	defer cancel()
	records, bytes := 0, 0
	for rec, err := range persistence.SkipDamaged(ctx, j.journal, position(r.scanned), j.damaged) {
		if err != nil {
			return false, err
		}
		if protocol.DeliveryID(rec.Position) > until {
			break
		}
		if e, ok := liveEvent(rec); ok && e.matches(j.id, f) {
			r.events.Push(e.clone())
			bytes += e.size()
		}
		r.scanned = protocol.DeliveryID(rec.Position)
		if records++; records == readBatch || r.events.Len() >= prefetch || bytes >= prefetchBytes {
			return true, nil
		}
	}
	if position(until) <= j.journal.Head() {
		r.scanned = max(r.scanned, until) // the records before it are trimmed or damaged
	}
	return false, nil
}
