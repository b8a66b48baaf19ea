package routing

import (
	"context"
	"sync/atomic"

	"partyline/actors/ledger"
	"partyline/actors/queue"
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
	// maxReadAheadBytes bounds what all webhooks have read ahead together. When it is used up
	// each reads one event at a time, which costs one search of the journal for each delivery.
	maxReadAheadBytes = 16 << 20
	// endOfJournal is behind every position.
	endOfJournal protocol.DeliveryID = 1<<63 - 1
)

// ReadAhead holds the events of one webhook that were found in a part of the journal.
type ReadAhead struct {
	events  queue.FIFO[*Event]
	scanned protocol.DeliveryID // everything up to here was searched
	// bytes is the memory of those events that were read in the journal and are not shared; it is
	// counted in total, that of all webhooks.
	bytes int64
	total *atomic.Int64
}

// add adds an event that was read in the journal.
func (r *ReadAhead) add(e *Event, total *atomic.Int64) {
	r.events.Push(e)
	r.total = total
	r.count(int64(e.size() + slotBytes))
}

func (r *ReadAhead) count(n int64) {
	if n != 0 {
		r.bytes += n
		r.total.Add(n)
	}
}

// full reports whether no further event may be read.
func (r *ReadAhead) full() bool {
	n := r.events.Len()
	return n >= prefetch || r.bytes >= prefetchBytes || n > 0 && r.total != nil && r.total.Load() > maxReadAheadBytes
}

// Reset forgets the events and begins behind a position.
func (r *ReadAhead) Reset(scanned protocol.DeliveryID) {
	r.count(-r.bytes)
	*r = ReadAhead{scanned: scanned}
}

// Forget drops the events that were read in the journal; they are read again. Events that
// were taken from a queue are kept: the queue does not have them any more.
func (r *ReadAhead) Forget() {
	if r.bytes > 0 {
		r.Reset(r.clearThrough())
	}
}

// Empty reports whether no event is left.
func (r *ReadAhead) Empty() bool { return r.events.Len() == 0 }

// First is the next event, of which there must be one.
func (r *ReadAhead) First() *Event { return *r.events.First() }

// Pop removes the next event, of which there must be one.
func (r *ReadAhead) Pop() *Event {
	e := r.events.Pop()
	r.count(-min(r.bytes, int64(e.size()+slotBytes)))
	return e
}

// Scanned is the position up to which everything was searched.
func (r *ReadAhead) Scanned() protocol.DeliveryID { return r.scanned }

// Skip drops the events up to a position and goes on reading behind it.
func (r *ReadAhead) Skip(through protocol.DeliveryID) {
	r.scanned = max(r.scanned, through)
	for !r.Empty() && r.First().ID <= through {
		r.Pop()
	}
}

// clearThrough is the position up to which no event waits.
func (r *ReadAhead) clearThrough() protocol.DeliveryID {
	if r.Empty() {
		return r.scanned
	}
	return r.First().ID - 1
}

// read searches the journal behind r.scanned, up to until at most, for events that match the
// inbox's filter. more reports that the search ended before, because it has found enough or
// read a batch.
func (b *Inbox) read(r *ReadAhead, until protocol.DeliveryID) (more bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), ledger.ReadTimeout)
	defer cancel()
	records := 0
	for rec, err := range persistence.SkipDamaged(ctx, b.Journal, position(r.scanned), b.Damaged) {
		if err != nil {
			return false, err
		}
		if protocol.DeliveryID(rec.Position) > until {
			break
		}
		if e, ok := ParseLive(rec); ok && e.Matches(b.ID, b.filter) {
			r.add(e.Clone(), &b.Router.readAhead)
		}
		r.scanned = protocol.DeliveryID(rec.Position)
		if records++; records == readBatch || r.full() {
			return true, nil
		}
	}
	if position(until) <= b.Journal.Head() {
		r.scanned = max(r.scanned, until) // the records before it are trimmed or damaged
	}
	return false, nil
}
