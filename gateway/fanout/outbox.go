package fanout

import (
	"sync"
	"sync/atomic"

	"partyline/protocol"
)

// outbox holds what waits for a connection beside events: replies, notices, and the request to
// close. It has a lock of its own so that an actor that replies never waits for a write.
type outbox struct {
	conn     *Conn
	mu       sync.Mutex
	space    sync.Cond   // signalled when hasSpaceLocked may have become true
	pending  atomic.Bool // there is something that take or peek has not returned
	frames   []byte      // complete ones, in order
	usual    int         // bytes of frames that the last take returned
	reserved int         // replies that will come
	closeReq closeRequest
	closed   bool
}

// closeRequest is how a connection is to be closed.
type closeRequest struct {
	frame        []byte // the close frame; nil while no close is requested
	afterPending bool   // behind everything that waits or is reserved, and not at once
}

// add appends a message. It returns false when the connection is closed, and overfull when so
// much waits that the connection must be closed.
func (b *outbox) add(payload []byte) (accepted, overfull bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.appendFrame(payload)
}

// reserve counts a reply that will come, and returns how many there are now.
func (b *outbox) reserve() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reserved++
	return b.reserved
}

// fulfil is add for a reserved reply.
func (b *outbox) fulfil(payload []byte) (accepted, overfull bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reserved--
	return b.appendFrame(payload)
}

func (b *outbox) appendFrame(payload []byte) (accepted, overfull bool) {
	if b.closed || (b.closeReq.frame != nil && !b.closeReq.afterPending) {
		return false, false
	}
	if len(b.frames) > 0 && len(b.frames)+len(payload) > maxBacklog {
		return false, true
	}
	before := cap(b.frames)
	if b.frames == nil {
		b.frames = make([]byte, 0, max(len(payload)+protocol.MaxFrameHeader, min(b.usual, uncountedUnread)))
	}
	b.frames = protocol.AppendFrame(b.frames, payload)
	b.conn.addUnread(cap(b.frames) - before)
	b.pending.Store(true)
	return true, false
}

// requestClose sets the close frame. A close at once overrules one after what is pending.
func (b *outbox) requestClose(e closeRequest) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || (b.closeReq.frame != nil && (e.afterPending || !b.closeReq.afterPending)) {
		return false
	}
	b.closeReq = e
	if !e.afterPending {
		b.discard() // the close frame goes ahead of it, and nothing may follow that
	}
	b.pending.Store(true)
	b.space.Broadcast()
	return true
}

// closing is true when a close was requested.
func (b *outbox) closing() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closeReq.frame != nil
}

// take returns and removes what waits. The connection has written what it took before.
func (b *outbox) take() (frames []byte, e closeRequest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.frames) > pauseBacklog {
		b.space.Broadcast()
	}
	frames, b.frames, b.usual = b.frames, nil, len(b.frames)
	b.pending.Store(false)
	return frames, b.dueClose()
}

// peek removes nothing: it returns whether frames wait, and how the connection is to be
// closed.
func (b *outbox) peek() (frames bool, e closeRequest) {
	b.mu.Lock()
	defer b.mu.Unlock()
	frames = len(b.frames) > 0
	b.pending.Store(frames)
	return frames, b.dueClose()
}

// dueClose is the close request that can be carried out. One that waits for reserved replies
// is not due: the last reply sets pending again, and then both are taken.
func (b *outbox) dueClose() closeRequest {
	if b.closeReq.afterPending && b.reserved > 0 {
		return closeRequest{}
	}
	return b.closeReq
}

// hasSpace is true when the reader need not wait.
func (b *outbox) hasSpace() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.hasSpaceLocked()
}

// awaitSpace waits until the backlog is small, or the connection closes. Code that changes that
// broadcasts space.
func (b *outbox) awaitSpace() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !b.hasSpaceLocked() {
		b.space.Wait()
	}
}

func (b *outbox) hasSpaceLocked() bool {
	return len(b.frames) <= pauseBacklog || b.closed || b.closeReq.frame != nil
}

// close drops everything: the connection has ended.
func (b *outbox) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.discard()
	b.space.Broadcast()
}

// discard drops what waits. The lock is held.
func (b *outbox) discard() {
	b.conn.addUnread(-cap(b.frames))
	b.frames = nil
}
