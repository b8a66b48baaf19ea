package actors

import (
	"math"
	"slices"
	"sync"

	"partyline/actors/queue"
	"partyline/actors/webhook"
	"partyline/protocol"
)

// Limits of the window: what a webhook may be behind and still read from memory what
// all webhooks share, instead of going through the journal by itself.
const (
	windowParcels = 16_384
	windowBytes   = 8 << 20
)

// window holds the newest events that some webhook wants. The dispatcher fills it,
// webhooks read from it.
type window struct {
	mu sync.RWMutex
	// It holds all that the covered want of what lies after floor, up to head. It is
	// closed until the dispatcher has begun.
	open        bool
	floor, head protocol.DeliveryID
	parcels     []parcel
	bytes       int
	covers      map[protocol.WebhookID]cover
	wanted      map[protocol.EventType]int // how many covers want a type
	// fresh are covers that came while the dispatcher may have been reading: what it
	// has left aside by then is not covered for them.
	fresh []protocol.WebhookID
}

// unsettled is the since of a fresh cover.
const unsettled = protocol.DeliveryID(math.MaxInt64)

// cover is what a webhook wants, and since where the window has looked for it.
type cover struct {
	filter webhook.Filter
	since  protocol.DeliveryID
}

func newWindow() *window {
	return &window{covers: map[protocol.WebhookID]cover{}, wanted: map[protocol.EventType]int{}}
}

// begin opens the window at a position.
func (w *window) begin(at protocol.DeliveryID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open, w.floor, w.head = true, at, at
	w.settle()
}

// pause says that the dispatcher is not reading: fresh covers count from the head on.
func (w *window) pause() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settle()
}

func (w *window) settle() {
	for _, id := range w.fresh {
		if c, ok := w.covers[id]; ok && c.since == unsettled {
			c.since = w.head
			w.covers[id] = c
		}
	}
	w.fresh = w.fresh[:0]
}

// cover sees to it that the window holds what the webhook wants, from the next time
// on that the dispatcher has read.
func (w *window) cover(id protocol.WebhookID, f webhook.Filter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c, ok := w.covers[id]; ok {
		if c.filter.Equal(&f) {
			return
		}
		w.count(&c.filter, -1)
	}
	w.covers[id] = cover{filter: f, since: unsettled}
	w.fresh = append(w.fresh, id)
	w.count(&f, 1)
}

// drop forgets a webhook.
func (w *window) drop(id protocol.WebhookID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c, ok := w.covers[id]; ok {
		w.count(&c.filter, -1)
		delete(w.covers, id)
	}
}

func (w *window) count(f *webhook.Filter, n int) {
	for _, t := range f.Events {
		w.wanted[t] += n
	}
}

// wants says whether anybody wants the parcel, as far as its type tells.
func (w *window) wants(p *parcel) bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return p.to != 0 || w.wanted[p.kind] > 0 || w.wanted[protocol.EventAny] > 0
}

// push adds what was found up to head.
func (w *window) push(found []parcel, head protocol.DeliveryID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range found {
		w.bytes += len(found[i].stored)
	}
	w.parcels = append(w.parcels, found...)
	w.head = head
	w.settle()
	w.trim()
}

// trim lets the oldest go. The list moves forward and is copied by append when it
// reaches its end.
func (w *window) trim() {
	n := 0
	for n < len(w.parcels) && (len(w.parcels)-n > windowParcels || w.bytes > windowBytes) {
		w.bytes -= len(w.parcels[n].stored)
		w.floor = w.parcels[n].id
		w.parcels[n] = parcel{}
		n++
	}
	w.parcels = w.parcels[n:]
}

// opened says whether there is anything to look into.
func (w *window) opened() bool {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.open
}

// clear is up to where the window knows that nothing waits for a webhook that it
// covers; ok is false when it does not know.
func (w *window) clear(id protocol.WebhookID, after protocol.DeliveryID) (through protocol.DeliveryID, ok bool) {
	var found queue.FIFO[parcel]
	through, ok = w.take(&found, id, after, 1)
	if ok && found.Len() > 0 {
		through = found.Pop().id - 1
	}
	return through, ok
}

// take appends the first of the webhook's parcels after a position to dst, at most most.
// Everything up to through is then looked at. ok is false when the window does not
// reach back that far.
func (w *window) take(dst *queue.FIFO[parcel], id protocol.WebhookID, after protocol.DeliveryID, most int) (through protocol.DeliveryID, ok bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	c, covered := w.covers[id]
	if !covered || !w.open || after < w.floor || after < c.since {
		return after, false
	}
	i, _ := slices.BinarySearchFunc(w.parcels, after+1, func(p parcel, at protocol.DeliveryID) int { return int(p.id - at) })
	for ; i < len(w.parcels); i++ {
		p := &w.parcels[i]
		if !p.meant(id, &c.filter) {
			continue
		}
		dst.Push(*p)
		if most--; most == 0 {
			return p.id, true
		}
	}
	return max(after, w.head), true
}
