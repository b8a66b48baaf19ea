package delivery

import (
	"partyline/actors/webhook"
	"partyline/protocol"
	"sync/atomic"
)

// inbox finds the next live events of one webhook: in its subscription, or in the journal
// while there is a gap between what was found and where the subscription begins. Its owner
// is the webhook's actor.
type inbox struct {
	readAhead
	journalReader
	router *routerLink
	wake   func() // has the actor call fill again
	// subscription is read by parkedAt too, from any goroutine; nil for none.
	subscription atomic.Pointer[subscription]
	// filter selects what is found; nil while nothing is to be found.
	filter *webhook.Filter
	// done is a position up to which every live event was matched and what matches is
	// delivered and on disk.
	done protocol.DeliveryID
}

// restart forgets what was found and begins again at the cursor, or behind it where more is
// known to be done.
func (b *inbox) restart(cursor protocol.DeliveryID) {
	b.unsubscribe()
	b.done = max(b.done, cursor)
	b.readAhead = readAhead{scanned: b.done}
}

// setFilter follows the webhook's filter, nil while the webhook is disabled. After a change,
// which it reports, everything behind the cursor is matched anew.
func (b *inbox) setFilter(f *webhook.Filter, cursor protocol.DeliveryID) (changed bool) {
	switch {
	case f == nil:
		if b.filter != nil {
			b.unsubscribe()
			b.filter = nil
		}
		return false
	case b.filter != nil && b.filter.Equal(f):
		return false
	}
	b.restart(cursor)
	copied := *f
	b.filter = &copied
	return true
}

// subscribe asks the router to push what comes behind the events that were found. The
// router wakes the actor when it has begun.
func (b *inbox) subscribe() {
	s := newSubscription(b.id, *b.filter, b.scanned, b.wake)
	b.subscription.Store(s)
	b.router.send(subscribe{s})
}

// unsubscribe ends the subscription. What waited in it is found in the journal again.
func (b *inbox) unsubscribe() {
	if s := b.subscription.Swap(nil); s != nil {
		s.close()
		b.router.send(unsubscribe{s})
	}
}

// fill looks for the next events when none is left. more reports that there is more to be
// read in the journal at once; otherwise the actor is woken when something comes, provided
// that it parks.
func (b *inbox) fill() (more bool, err error) {
	s := b.subscription.Load()
	if s == nil {
		return b.catchUp()
	}
	from, begun := s.start()
	if !begun {
		return false, nil
	}
	if b.scanned < from { // the router had moved on when it began
		if more, err = b.read(&b.readAhead, b.filter, from); more || err != nil || !b.empty() {
			return more, err
		}
	}
	before := b.scanned
	through, live := s.take(&b.events, prefetch, b.router.position)
	b.scanned = max(before, through)
	if !live {
		b.unsubscribe()
	}
	b.skip(before)
	return !live, nil
}

// catchUp reads the journal, and subscribes when it has come to where the router is.
func (b *inbox) catchUp() (more bool, err error) {
	if b.scanned < b.router.position() {
		if more, err = b.read(&b.readAhead, b.filter, endOfJournal); more || err != nil {
			return more, err
		}
	}
	b.subscribe()
	return false, nil
}

// park notes that everything found is delivered and on disk. It reports false when an
// event has come meanwhile.
func (b *inbox) park() bool {
	if s := b.subscription.Load(); s != nil && !s.park() {
		return false
	}
	b.done = max(b.done, b.scanned)
	return true
}

// parkedAt is a position up to which everything that matches is delivered and on disk; ok is
// false while the inbox is not parked. It may be called from any goroutine.
func (b *inbox) parkedAt() (at protocol.DeliveryID, ok bool) {
	s := b.subscription.Load()
	if s == nil {
		return 0, false
	}
	return s.parkedAt(b.router.position)
}

// matchedThrough is a position up to which everything was matched with the present filter:
// what lies behind it and matches waits still.
func (b *inbox) matchedThrough() protocol.DeliveryID {
	if b.empty() && b.filter != nil {
		if s := b.subscription.Load(); s == nil || !s.hasBegun() {
			_, _ = b.read(&b.readAhead, b.filter, endOfJournal)
		} else {
			_, _ = b.fill()
		}
	}
	return b.clearThrough()
}
