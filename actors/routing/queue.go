package routing

import (
	"sync"

	"partyline/actors/queue"
	"partyline/actors/rules/webhook"
	"partyline/protocol"
)

// eventQueue is the bounded queue of one webhook: the router pushes the events that match
// the filter, the webhook's actor takes them. It is used for one filter and once: after it
// was closed or has overflowed, a new one is made.
//
// The queue holds every matching event after from, up to the router's position, or up to
// through when it has overflowed. Nothing is ever left out of the middle.
type eventQueue struct {
	id     protocol.WebhookID
	filter webhook.Filter
	wake   func() // sends the actor a message; does not block

	mu      sync.Mutex
	state   queueState
	from    protocol.DeliveryID
	through protocol.DeliveryID // set by the overflow
	events  queue.FIFO[*Event]
	most    int // events that waited at one time since the memory of events is new
	bytes   int
	memory  *queueMemory
	// parked: the actor has delivered everything and waits for wake. Only an open
	// queue with an empty queue is parked.
	parked bool
}

type queueState uint8

const (
	queueRequested  queueState = iota // the router has not begun it yet
	queueOpen                         // the router pushes events
	queueOverflowed                   // an event did not fit: the router has ended it
	queueClosed                       // the actor has ended it
)

func newEventQueue(id protocol.WebhookID, f webhook.Filter, after protocol.DeliveryID, wake func()) *eventQueue {
	return &eventQueue{id: id, filter: f, from: after, wake: wake}
}

// begin opens the queue behind a position, for the router. It reports false for one
// that the actor has closed already.
func (s *eventQueue) begin(at protocol.DeliveryID, m *queueMemory) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != queueRequested {
		return false
	}
	s.state, s.from, s.memory = queueOpen, max(s.from, at), m
	return true
}

// push adds an event that matches, for the router, and wakes the actor if it is parked. It
// reports false when the queue is over, because the event did not fit or the actor
// closed it. An empty queue takes an event of any size.
func (s *eventQueue) push(e *Event) bool {
	s.mu.Lock()
	if s.state != queueOpen {
		s.mu.Unlock()
		return false
	}
	if e.ID <= s.from {
		s.mu.Unlock()
		return true
	}
	if n := s.events.Len(); n > 0 && (n >= maxQueueEvents || s.memory.full(s.bytes, e)) {
		s.state, s.through = queueOverflowed, e.ID-1
		s.mu.Unlock()
		return false
	}
	s.events.Push(e)
	s.most = max(s.most, s.events.Len())
	s.bytes += e.size()
	s.memory.add(e)
	parked := s.parked
	s.parked = false
	s.mu.Unlock()
	if parked {
		s.wake()
	}
	return true
}

// start is the position after which the queue holds events; begun is false until the
// router has opened the queue.
func (s *eventQueue) start() (from protocol.DeliveryID, begun bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.from, s.state != queueRequested
}

// hasBegun reports whether the router has opened the queue.
func (s *eventQueue) hasBegun() bool {
	_, begun := s.start()
	return begun
}

// take moves events to dst, at most n, for the actor. It returns up to which position
// everything that matches was taken; at is the router's position, read within. more is
// false once the queue has overflowed and is empty: then it is over.
func (s *eventQueue) take(dst *queue.FIFO[*Event], n int, at func() protocol.DeliveryID) (through protocol.DeliveryID, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	through = s.from
	for ; n > 0 && s.events.Len() > 0; n-- {
		e := s.events.Pop()
		s.bytes -= e.size()
		s.memory.release(e)
		dst.Push(e)
		through = e.ID
	}
	if s.events.Len() == 0 && s.most > keptSlots {
		s.events, s.most = queue.FIFO[*Event]{}, 0
	}
	switch {
	case s.events.Len() > 0:
		return through, true
	case s.state == queueOverflowed:
		return max(through, s.through), false
	}
	// The router moves its position after it has pushed: everything up to it was here.
	return max(through, at()), true
}

// park notes that the actor has delivered everything and waits for the next event. It
// reports false when something has come in between.
func (s *eventQueue) park() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == queueRequested {
		return true // the router wakes the actor when it has begun the queue
	}
	s.parked = s.state == queueOpen && s.events.Len() == 0
	return s.parked
}

// parkedAt returns the router's position when the actor is parked: everything up to there
// that matches is delivered and on disk.
func (s *eventQueue) parkedAt(at func() protocol.DeliveryID) (protocol.DeliveryID, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.parked {
		return 0, false
	}
	return max(s.from, at()), true
}

// close ends the queue, for the actor. When it returns no checkpoint counts the
// webhook as parked.
func (s *eventQueue) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state, s.parked = queueClosed, false
	for s.events.Len() > 0 {
		s.memory.release(s.events.Pop())
	}
	s.events, s.bytes = queue.FIFO[*Event]{}, 0
}
