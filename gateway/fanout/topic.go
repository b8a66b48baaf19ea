package fanout

import (
	"sync"
	"sync/atomic"

	"partyline/actors/feed"
	"partyline/protocol"
)

// topic is a session that somebody watches, or the announcements: its feed and its
// subscriptions, in shards that the workers share among themselves.
type topic struct {
	engine  *Engine
	session protocol.SessionID // 0 for the announcements
	feed    atomic.Pointer[feed.Feed]
	deleted atomic.Bool // the session is deleted: there will be no other feed
	dirty   atomic.Bool // queued or about to be
	// resubscribing is true while a task watches the session again. Until that is done the
	// topic is not removed, so that no two topics ever watch one session.
	resubscribing atomic.Bool
	onNews        func() // notify, as a value that is made once

	// ready is closed when the feed is open or openErr says why not.
	ready   chan struct{}
	openErr error
	members int // joins that were not undone, guarded by Engine.mu

	mu     sync.Mutex
	shards [2][]*shard // with events, and with tallies only
}

func newTopic(e *Engine, id protocol.SessionID) *topic {
	t := &topic{engine: e, session: id, ready: make(chan struct{})}
	t.onNews = t.notify
	return t
}

func (t *topic) isAnnouncements() bool { return t.session == 0 }

// notify queues the topic for a worker. The goroutine that publishes calls it, so its cost
// must not grow with the number of subscribers.
func (t *topic) notify() {
	if !t.dirty.Swap(true) {
		t.engine.queue.pushTopic(t)
	}
}

// run implements job: it queues the topic's shards, each unless it is queued already, or
// serves the only one itself.
func (t *topic) run(f *flusher) {
	t.dirty.Store(false) // first: news that comes from now on queues the topic again
	t.mu.Lock()
	shards, hasTallies := t.shards[eventShards], len(t.shards[tallyShards]) > 0
	t.mu.Unlock()
	if hasTallies {
		t.engine.tallyTicker.markDirty(t)
	}
	if t.mustResubscribe() {
		t.engine.startTask(t.resubscribe)
	}
	if len(shards) == 1 {
		shards[0].run(f)
		return
	}
	for _, sh := range shards {
		sh.enqueue()
	}
}

// mustResubscribe is true once for each feed that was closed.
func (t *topic) mustResubscribe() bool {
	f := t.feed.Load()
	if f == nil || !f.Closed() || t.deleted.Load() || t.isAnnouncements() {
		return false
	}
	return !t.resubscribing.Swap(true)
}

// queueTallyShards queues the shards of tally subscribers.
func (t *topic) queueTallyShards() {
	t.mu.Lock()
	shards := t.shards[tallyShards]
	t.mu.Unlock()
	for _, sh := range shards {
		sh.enqueue()
	}
}
