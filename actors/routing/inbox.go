package routing

import (
	"sync/atomic"

	"partyline/actors/rules/webhook"
	"partyline/persistence"
	"partyline/protocol"
)

// Inbox finds the next live events of one webhook: in its queue, or in the journal
// while there is a gap between what was found and where the queue begins. Its owner
// is the webhook's actor.
type Inbox struct {
	InboxOptions
	ReadAhead
	// filter selects what is found; nil while nothing is to be found.
	filter *webhook.Filter
	// done is a position up to which every live event was matched and what matches is
	// delivered and on disk.
	done protocol.DeliveryID
	// queue is read by ParkedAt too, from any goroutine; nil for none.
	queue atomic.Pointer[eventQueue]
}

// InboxOptions say whose events an Inbox finds, and where.
type InboxOptions struct {
	ID      protocol.WebhookID
	Journal persistence.Journal
	Router  *Router
	// Wake has the owner call Fill again. It is called from the router and must not block.
	Wake func()
	// Damaged is called with records that cannot be read; their events are left out.
	Damaged func(*persistence.Damage)
}

// NewInbox makes an inbox of which everything up to done is delivered already. It finds
// nothing before SetFilter.
func NewInbox(o InboxOptions, done protocol.DeliveryID) *Inbox {
	return &Inbox{InboxOptions: o, done: done}
}

// Reset begins again at the cursor, after SetFilter; what was found may be wrong.
func (b *Inbox) Reset(cursor protocol.DeliveryID) {
	b.filter = nil
	b.Restart(cursor)
}

// Close ends the queue and forgets what was found.
func (b *Inbox) Close() { b.Restart(b.done) }

// Done is a position up to which every event that matches is delivered and on disk.
func (b *Inbox) Done() protocol.DeliveryID { return b.done }

// MarkDone moves Done on.
func (b *Inbox) MarkDone(through protocol.DeliveryID) { b.done = max(b.done, through) }

// Restart forgets what was found and begins again at the cursor, or behind it where more is
// known to be done. Done stays: the cursor of a change that is not on disk yet may be lost.
func (b *Inbox) Restart(cursor protocol.DeliveryID) {
	b.Unsubscribe()
	b.ReadAhead.Reset(max(b.done, cursor))
}

// SetFilter follows the webhook's filter, nil while the webhook is disabled. After a change,
// which it reports, everything behind the cursor is matched anew.
func (b *Inbox) SetFilter(f *webhook.Filter, cursor protocol.DeliveryID) (changed bool) {
	switch {
	case f == nil:
		if b.filter != nil {
			b.filter = nil
			b.Restart(cursor)
		}
		return false
	case b.filter != nil && b.filter.Equal(f):
		return false
	}
	b.Restart(cursor)
	copied := *f
	b.filter = &copied
	return true
}

// subscribe asks the router to push what comes behind the events that were found. The
// router wakes the actor when it has begun.
func (b *Inbox) subscribe() {
	s := newEventQueue(b.ID, *b.filter, b.scanned, b.Wake)
	b.queue.Store(s)
	b.Router.send(subscribe{s})
}

// Unsubscribe ends the queue. What waited in it is found in the journal again.
func (b *Inbox) Unsubscribe() {
	if s := b.queue.Swap(nil); s != nil {
		s.close()
		b.Router.send(unsubscribe{s})
	}
}

// Fill looks for the next events when none is left. more reports that there is more to be
// read in the journal at once; otherwise the actor is woken when something comes, provided
// that it calls Park.
func (b *Inbox) Fill() (more bool, err error) {
	s := b.queue.Load()
	if s == nil {
		return b.catchUp()
	}
	from, begun := s.start()
	if !begun {
		return false, nil
	}
	if b.scanned < from { // the router had moved on when it began
		if more, err = b.read(&b.ReadAhead, from); more || err != nil || !b.Empty() {
			return more, err
		}
	}
	before := b.scanned
	through, live := s.take(&b.events, 1, b.Router.Position) // the rest stays counted in the queue
	b.scanned = max(before, through)
	if !live {
		b.Unsubscribe()
	}
	b.Skip(before)
	return !live, nil
}

// catchUp reads the journal, and subscribes when it has come to where the router is.
func (b *Inbox) catchUp() (more bool, err error) {
	if b.scanned < b.Router.Position() {
		if more, err = b.read(&b.ReadAhead, endOfJournal); more || err != nil {
			return more, err
		}
	}
	b.subscribe()
	return false, nil
}

// Park notes that everything found is delivered and on disk. It reports false when an
// event has come meanwhile.
func (b *Inbox) Park() bool {
	if s := b.queue.Load(); s != nil && !s.park() {
		return false
	}
	b.done = max(b.done, b.scanned)
	return true
}

// ParkedAt is a position up to which everything that matches is delivered and on disk; ok is
// false while the inbox is not parked. It may be called from any goroutine.
func (b *Inbox) ParkedAt() (at protocol.DeliveryID, ok bool) {
	s := b.queue.Load()
	if s == nil {
		return 0, false
	}
	return s.parkedAt(b.Router.Position)
}

// MatchedThrough is a position up to which everything was matched with the filter of
// SetFilter, of which there must be one: what lies behind it and matches waits still.
func (b *Inbox) MatchedThrough() protocol.DeliveryID {
	if b.Empty() {
		if s := b.queue.Load(); s == nil || !s.hasBegun() {
			_, _ = b.read(&b.ReadAhead, endOfJournal)
		} else {
			_, _ = b.Fill()
		}
	}
	return b.clearThrough()
}

// Replay searches a range of the journal for events that match, behind what r has searched
// and up to until at most. more reports that the range is not searched to its end.
func (b *Inbox) Replay(r *ReadAhead, until protocol.DeliveryID) (more bool, err error) {
	return b.read(r, until)
}
