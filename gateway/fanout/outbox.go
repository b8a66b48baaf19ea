package fanout

import (
	"sync"
	"sync/atomic"

	"partyline/protocol"
)

// outbox is what waits for a peer beside events: replies, notices, and the wish to
// close. It has a lock of its own so that an actor that answers never waits for a
// write.
type outbox struct {
	peer    *Conn
	mu      sync.Mutex
	room    sync.Cond
	pending atomic.Bool // there is something that collect has not seen
	frames  []byte      // complete frames, in order
	owed    int         // answers that will come
	end     ending
	closed  bool
}

// ending is how a peer is to be closed.
type ending struct {
	frame []byte // the close frame; nil: not at all
	last  bool   // after everything that waits or is owed, and not at once
}

// add appends a message. It returns false when the peer is closed, and overfull
// when the peer has so much waiting that it must be.
func (b *outbox) add(payload []byte) (accepted, overfull bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.append(payload)
}

// owe notes that an answer will come, and says how many will.
func (b *outbox) owe() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.owed++
	return b.owed
}

// pay is add for what is owed.
func (b *outbox) pay(payload []byte) (accepted, overfull bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.owed--
	return b.append(payload)
}

func (b *outbox) append(payload []byte) (accepted, overfull bool) {
	if b.closed || (b.end.frame != nil && !b.end.last) {
		return false, false
	}
	if len(b.frames) > 0 && len(b.frames)+len(payload) > maxBacklog {
		return false, true
	}
	before := cap(b.frames)
	if b.frames == nil {
		b.frames = make([]byte, 0, len(payload)+protocol.MaxFrameHeader)
	}
	b.frames = protocol.AppendFrame(b.frames, payload)
	b.peer.hold(cap(b.frames) - before)
	b.pending.Store(true)
	return true, false
}

// finish asks for the close frame. At once overrules later.
func (b *outbox) finish(e ending) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || (b.end.frame != nil && (e.last || !b.end.last)) {
		return false
	}
	b.end = e
	if !e.last {
		b.drop() // the close frame goes ahead of it, and nothing behind that
	}
	b.pending.Store(true)
	b.room.Broadcast()
	return true
}

// ending says whether the peer is to be closed.
func (b *outbox) ending() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.end.frame != nil
}

// collect takes what waits, when the peer has written what it took before.
func (b *outbox) collect() (frames []byte, e ending) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.frames) > pauseBacklog {
		b.room.Broadcast()
	}
	frames, b.frames = b.frames, nil
	b.pending.Store(false)
	return frames, b.due()
}

// glance takes nothing: it says whether frames wait, and how the peer is to be closed.
func (b *outbox) glance() (frames bool, e ending) {
	b.mu.Lock()
	defer b.mu.Unlock()
	frames = len(b.frames) > 0
	b.pending.Store(frames)
	return frames, b.due()
}

// due is the ending. One that has to wait for what is owed is not told yet: what pays
// for the last of it is collected, and so is the ending.
func (b *outbox) due() ending {
	if b.end.last && b.owed > 0 {
		return ending{}
	}
	return b.end
}

// roomy says that nobody has to wait.
func (b *outbox) roomy() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.hasRoom()
}

// await waits until the backlog is small, or the peer closes. Whoever changes that
// broadcasts room.
func (b *outbox) await() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !b.hasRoom() {
		b.room.Wait()
	}
}

func (b *outbox) hasRoom() bool {
	return len(b.frames) <= pauseBacklog || b.closed || b.end.frame != nil
}

// shut drops everything: the peer is gone.
func (b *outbox) shut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.drop()
	b.room.Broadcast()
}

// drop forgets what waits. The lock is held.
func (b *outbox) drop() {
	b.peer.hold(-cap(b.frames))
	b.frames = nil
}
