package fanout

import (
	"sync"
	"sync/atomic"

	"partyline/actors/feed"
	"partyline/protocol"
)

// topic is a session that somebody watches, or the lobby: its feed and its
// subscribers, in chunks that the workers share among themselves.
type topic struct {
	engine  *Engine
	session protocol.SessionID // 0 is the lobby
	feed    atomic.Pointer[feed.Feed]
	// shown is what tally subscribers are sent until the next beat: it changes on beats
	// only, so it does not matter how often somebody looks.
	shown atomic.Pointer[feed.Summary]
	over  atomic.Bool // the session is deleted: there will be no other feed
	dirty atomic.Bool
	// reopening: a task watches the session again. Until it is done the topic is not
	// forgotten, so that no two topics ever watch one session.
	reopening atomic.Bool
	news      func() // rings the bell; made once

	// The join's: ready is closed when the feed is open or err says why not.
	ready   chan struct{}
	err     error
	members int // guarded by Engine.mu

	mu     sync.Mutex
	chunks [2][]*chunk // of subscribers to events, and to tallies
}

func newTopic(e *Engine, id protocol.SessionID) *topic {
	t := &topic{engine: e, session: id, ready: make(chan struct{})}
	t.news = t.ring
	return t
}

func (t *topic) isLobby() bool { return t.session == 0 }

// ring is called by whoever publishes: it must cost nothing that grows with the
// number of subscribers.
func (t *topic) ring() {
	if !t.dirty.Swap(true) {
		t.engine.queue.pass(t)
	}
}

// run implements job: it queues the chunks, each unless it is queued already, or
// serves a topic that has only one.
func (t *topic) run(f *flusher) {
	t.dirty.Store(false) // before looking: what comes from now on queues it again
	t.mu.Lock()
	chunks, tallied := t.chunks[events], len(t.chunks[tallies]) > 0
	t.mu.Unlock()
	if tallied {
		t.engine.tallies.note(t)
	}
	if t.mustReopen() {
		t.engine.start(t.reopen)
	}
	if len(chunks) == 1 {
		chunks[0].run(f)
		return
	}
	for _, c := range chunks {
		c.queue()
	}
}

// mustReopen is true once for each feed that has ended.
func (t *topic) mustReopen() bool {
	f := t.feed.Load()
	if f == nil || !f.Closed() || t.over.Load() || t.isLobby() {
		return false
	}
	return !t.reopening.Swap(true)
}

// passTallies has everybody looked at who follows the tally, and says how many they are.
func (t *topic) passTallies() (crowd int) {
	t.mu.Lock()
	chunks := t.chunks[tallies]
	for _, c := range chunks {
		crowd += len(c.subs) // only changed with the topic's lock
	}
	t.mu.Unlock()
	for _, c := range chunks {
		c.queue()
	}
	return crowd
}
