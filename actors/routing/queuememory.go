package routing

import "sync/atomic"

// Bounds of the events that wait in memory for webhooks. What does not fit is read from the
// journal later.
const (
	// maxQueueEvents bounds one queue: some seconds of the fastest endpoint. A webhook that
	// reads the journal passes over the events and records of all others.
	maxQueueEvents = 16_384
	// maxTotalBytes is what all queues may hold. When it is used up, a queue that holds less
	// than an equal share goes on to its share, so an endpoint that hangs takes no memory from
	// the others: they hold twice as much at most.
	maxTotalBytes = 16 << 20
	// eventOverhead is what an event takes besides its bytes, slotBytes its place in a queue.
	eventOverhead = 128
	slotBytes     = 16
	// keptSlots is for how many events an empty queue keeps its memory: 4 KiB at most, because a
	// thousand queues are empty nearly always.
	keptSlots = 256
)

// queueMemory counts the memory of all queues: an event that several hold counts once.
type queueMemory struct {
	held  atomic.Int64
	share int // an equal part of maxTotalBytes for each webhook; the router's
}

// full reports whether a queue of so many bytes may not take the event.
func (m *queueMemory) full(bytes int, e *Event) bool {
	return bytes+e.size() > m.share && m.held.Load() > maxTotalBytes
}

func (m *queueMemory) add(e *Event) {
	n := slotBytes
	if atomic.AddInt32(&e.queues, 1) == 1 {
		n += e.size()
	}
	m.held.Add(int64(n))
}

func (m *queueMemory) release(e *Event) {
	n := slotBytes
	if atomic.AddInt32(&e.queues, -1) == 0 {
		n += e.size()
	}
	m.held.Add(int64(-n))
}
