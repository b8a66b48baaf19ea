package delivery

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/routing"
	"partyline/actors/runtime"
	"partyline/protocol"
)

// registry holds the webhooks of the hub and the addresses of their actors. Messages are
// sent under the read lock: after remove nothing more is sent to the actor.
type registry struct {
	mu      sync.RWMutex
	last    protocol.WebhookID
	entries map[protocol.WebhookID]*entry
	// ids are those of the webhooks on disk, ascending.
	ids []protocol.WebhookID
	// send puts a message into an actor's mailbox.
	send func(*actor.PID, any)
}

// entry is one webhook, or one that is being created.
type entry struct {
	pid *actor.PID
	// webhook is the resource as it is on disk; exists is false until there is one.
	webhook protocol.Webhook
	exists  bool
	stats   stats
}

// stats are written by the actor of a webhook and read by metrics, health and ticks.
type stats struct {
	attempts, delivered, dead atomic.Int64
	// waiting is when the oldest undelivered event happened, as far as the actor has come, in
	// milliseconds since 1970; 0 for none.
	waiting atomic.Int64
	// done is a position up to which no matching event waits.
	done atomic.Int64
	// inbox is the actor's; only ParkedAt may be called.
	inbox atomic.Pointer[routing.Inbox]
	// needsTick asks for a tick every second.
	needsTick atomic.Bool
}

func newRegistry() *registry { return &registry{entries: map[protocol.WebhookID]*entry{}} }

// reserve gives a new webhook its id and adds an entry.
func (r *registry) reserve() (protocol.WebhookID, *protocol.Error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.entries) >= protocol.MaxWebhooks {
		return 0, protocol.Errorf(protocol.CodeConflict, "There are %d webhooks already. Delete one first.", len(r.entries))
	}
	r.last++
	r.entries[r.last] = &entry{}
	return r.last, nil
}

// add adds an entry for a webhook that is in the journal.
func (r *registry) add(id protocol.WebhookID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries[id] = &entry{}
}

// markUsed keeps ids up to this one from being given again.
func (r *registry) markUsed(id protocol.WebhookID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = max(r.last, id)
}

// setAddress makes the actor of a webhook reachable.
func (r *registry) setActor(id protocol.WebhookID, pid *actor.PID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries[id].pid = pid
}

// forward sends a message to the actor of a webhook; false when there is none.
func (r *registry) forward(id protocol.WebhookID, m any) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	e, ok := r.entries[id]
	if !ok || e.pid == nil {
		return false
	}
	r.send(e.pid, m)
	return true
}

// slowTicks is how many ticks pass between two that reach every webhook.
const slowTicks = 60

// tick sends the n-th tick to the actors that need one, and now and then to all.
func (r *registry) tick(n int) {
	all := n%slowTicks == 0
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, e := range r.entries {
		if e.pid != nil && (all || e.stats.needsTick.Load()) {
			r.send(e.pid, runtime.Tick{})
		}
	}
}

// drain sends runtime.Drain to every actor and returns their addresses.
func (r *registry) drain() []*actor.PID {
	r.mu.Lock()
	defer r.mu.Unlock()
	var pids []*actor.PID
	for _, e := range r.entries {
		if e.pid != nil {
			r.send(e.pid, runtime.Drain{})
			pids = append(pids, e.pid)
		}
	}
	return pids
}

// count is how many webhooks there are.
func (r *registry) count() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.entries)
}

// set stores a webhook as it is on disk.
func (r *registry) set(w protocol.Webhook) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.entries[w.ID]; ok {
		e.webhook, e.exists = w, true
		if at, found := slices.BinarySearch(r.ids, w.ID); !found {
			r.ids = slices.Insert(r.ids, at, w.ID)
		}
	}
}

// remove removes a webhook.
func (r *registry) remove(id protocol.WebhookID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.entries, id)
	if at, found := slices.BinarySearch(r.ids, id); found {
		r.ids = slices.Delete(r.ids, at, at+1)
	}
}

// stats returns the stats of a webhook that has an entry.
func (r *registry) stats(id protocol.WebhookID) *stats {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return &r.entries[id].stats
}

// doneThrough is a position up to which no event that matches waits.
func (r *registry) doneThrough(id protocol.WebhookID) protocol.DeliveryID {
	r.mu.RLock()
	defer r.mu.RUnlock()
	e, ok := r.entries[id]
	if !ok {
		return 0
	}
	done := protocol.DeliveryID(e.stats.done.Load())
	if b := e.stats.inbox.Load(); b != nil {
		if at, parked := b.ParkedAt(); parked {
			done = max(done, at)
		}
	}
	return done
}

// find returns a webhook; ok is false when none is on disk.
func (r *registry) find(id protocol.WebhookID) (w protocol.Webhook, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if e, ok := r.entries[id]; ok {
		return e.webhook, e.exists
	}
	return protocol.Webhook{}, false
}

// page returns a page of the webhooks by id, ascending.
func (r *registry) page(q protocol.PageQuery) protocol.Page[protocol.Webhook] {
	r.mu.RLock()
	defer r.mu.RUnlock()
	behind := func(cursor int64) int {
		at, found := slices.BinarySearch(r.ids, protocol.WebhookID(cursor))
		if found {
			at++
		}
		return at
	}
	row := func(i int) protocol.Webhook { return r.entries[r.ids[i]].webhook }
	return protocol.PageOf(q, len(r.ids), behind, row, func(w *protocol.Webhook) int64 { return int64(w.ID) })
}

// all returns the ids of all webhooks, ascending.
func (r *registry) all() []protocol.WebhookID {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.ids)
}

// each calls f for every webhook on disk; f must be quick.
func (r *registry) each(f func(w *protocol.Webhook, s *stats)) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, e := range r.entries {
		if e.exists {
			f(&e.webhook, &e.stats)
		}
	}
}
