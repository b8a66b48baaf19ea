package actors

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/runtime"
	"partyline/protocol"
)

// roster knows which webhooks there are and where their actors live. A message is
// sent under the read lock: whoever has removed a webhook under the write lock knows
// that nothing more will be sent to it.
type roster struct {
	mu      sync.RWMutex
	last    protocol.WebhookID
	entries map[protocol.WebhookID]*enrolled
}

// enrolled is one webhook, or one that is being created.
type enrolled struct {
	pid *actor.PID
	// webhook is the resource as it is on disk; known is false until there is one.
	webhook protocol.Webhook
	known   bool
	vitals  vitals
}

// vitals are what the metrics and the sweep read of a webhook; its actor writes them.
type vitals struct {
	made, delivered, dead atomic.Int64
	// waiting is when the event happened that waits at the head of the line, in
	// milliseconds since 1970, 0 when none does.
	waiting atomic.Int64
	// done is up to where nothing that it wants waits.
	done atomic.Int64
	// restless asks for a sweep every second.
	restless atomic.Bool
}

func newRoster() *roster { return &roster{entries: map[protocol.WebhookID]*enrolled{}} }

// reserve gives a new webhook its id and a place.
func (r *roster) reserve() (protocol.WebhookID, *protocol.Error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.entries) >= protocol.MaxWebhooks {
		return 0, protocol.Errorf(protocol.CodeConflict, "There are %d webhooks already. Delete one first.", len(r.entries))
	}
	r.last++
	r.entries[r.last] = &enrolled{}
	return r.last, nil
}

// enrol makes a place for a webhook that is in the journal.
func (r *roster) enrol(id protocol.WebhookID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries[id] = &enrolled{}
}

// skip says that ids up to this one were given.
func (r *roster) skip(id protocol.WebhookID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = max(r.last, id)
}

// settle says where the actor of a webhook lives.
func (r *roster) settle(id protocol.WebhookID, pid *actor.PID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries[id].pid = pid
}

// send reaches the actor; false when there is none.
func (r *roster) send(root *actor.RootContext, id protocol.WebhookID, m any) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	e, ok := r.entries[id]
	if !ok || e.pid == nil {
		return false
	}
	root.Send(e.pid, m)
	return true
}

// sweep reaches those who have something to do, or everybody.
func (r *roster) sweep(root *actor.RootContext, everybody bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, e := range r.entries {
		if e.pid != nil && (everybody || e.vitals.restless.Load()) {
			root.Send(e.pid, runtime.Tick{})
		}
	}
}

// lastCall tells every actor that it is the end, and returns them.
func (r *roster) lastCall(root *actor.RootContext) []*actor.PID {
	r.mu.Lock()
	defer r.mu.Unlock()
	var pids []*actor.PID
	for _, e := range r.entries {
		if e.pid != nil {
			root.Send(e.pid, runtime.Drain{})
			pids = append(pids, e.pid)
		}
	}
	return pids
}

// note learns what a webhook is, as its stream says.
func (r *roster) note(w protocol.Webhook) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.entries[w.ID]; ok {
		e.webhook, e.known = w, true
	}
}

// remove forgets a webhook.
func (r *roster) remove(id protocol.WebhookID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.entries, id)
}

// vitals are those of a webhook that has a place.
func (r *roster) vitals(id protocol.WebhookID) *vitals {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return &r.entries[id].vitals
}

// done is up to where nothing that a webhook wants waits, as far as its actor has said.
func (r *roster) done(id protocol.WebhookID) protocol.DeliveryID {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if e, ok := r.entries[id]; ok {
		return protocol.DeliveryID(e.vitals.done.Load())
	}
	return 0
}

// find is the resource; known is false when there is none on disk.
func (r *roster) find(id protocol.WebhookID) (w protocol.Webhook, known bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if e, ok := r.entries[id]; ok {
		return e.webhook, e.known
	}
	return protocol.Webhook{}, false
}

// list is all webhooks by id, ascending.
func (r *roster) list() []protocol.Webhook {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := make([]protocol.Webhook, 0, len(r.entries))
	for _, e := range r.entries {
		if e.known {
			all = append(all, e.webhook)
		}
	}
	slices.SortFunc(all, func(a, b protocol.Webhook) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// each calls f for every webhook on disk; f must be quick.
func (r *roster) each(f func(w *protocol.Webhook, v *vitals)) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, e := range r.entries {
		if e.known {
			f(&e.webhook, &e.vitals)
		}
	}
}
