package feed

import (
	"errors"
	"sync"
	"sync/atomic"

	"partyline/protocol"
)

// Errors of Frames.
var (
	// ErrOverrun: the ring no longer holds the events after the cursor. The journal does.
	ErrOverrun = errors.New("feed: cursor is older than the ring")
	// ErrClosed: the reader has every event of the feed, and no more will come from it. The
	// session may have a new feed that continues at the same cursor.
	ErrClosed = errors.New("feed: closed")
)

// Feed holds the newest events of one session. One goroutine at a time may call
// Publish, AddVote, AddPollVote, MarkStale, MarkDeleted, SetState and Close; everything else may
// be called from anywhere.
type Feed struct {
	session protocol.SessionID
	head    atomic.Uint64 // of the ring; atomic, so that a reader at the head takes no lock
	closed  atomic.Bool
	// folded is the seq of votes.folded, before which the journal may hold no event; 0 while it
	// holds all.
	folded atomic.Uint64
	onNews atomic.Pointer[func()]

	mu       sync.Mutex
	ring     []*segment // oldest first; the last one is being filled
	tally    tally
	snapshot snapshot

	// The writer's alone: what the next Publish brings.
	votes         []vote
	pollVotes     []pollVote
	latest        protocol.LatestVotes // with those votes
	markedStale   bool                 // it brings an event that is not a vote
	markedDeleted bool                 // it ends with the session's last event
	markedFolded  bool                 // it ends with votes.folded
}

// New makes a feed whose first event will be head+1.
func New(session protocol.SessionID, head protocol.Seq) *Feed {
	f := &Feed{session: session}
	f.head.Store(uint64(head))
	return f
}

// Session returns the session's id.
func (f *Feed) Session() protocol.SessionID { return f.session }

// Head is the seq of the newest event.
func (f *Feed) Head() protocol.Seq { return protocol.Seq(f.head.Load()) }

// OldestStored is the smallest cursor from which the journal has every event.
func (f *Feed) OldestStored() protocol.Seq { return protocol.Seq(max(f.folded.Load(), 1) - 1) }

// Closed is true after Close.
func (f *Feed) Closed() bool { return f.closed.Load() }

// Oldest is the smallest cursor that Frames can serve: the event after it is the oldest of the
// ring.
func (f *Feed) Oldest() protocol.Seq {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.oldest()
}

// Listen sets the one function that is called after each Publish, SetState and Close, by the
// goroutine that called those. It must not block. Nil removes it.
func (f *Feed) Listen(onNews func()) {
	if onNews == nil {
		f.onNews.Store(nil)
		return
	}
	f.onNews.Store(&onNews)
}

// Publish appends the JSON of the events head+1, head+2, … together with what was
// added since the last Publish, and then calls the listener. The bytes are
// copied. After Close it does nothing.
func (f *Feed) Publish(events ...[]byte) {
	if f.Closed() {
		return
	}
	f.mu.Lock()
	head := f.Head()
	for _, event := range events {
		head++
		f.append(head, event)
	}
	f.tally.count(head, f.votes, &f.latest)
	f.tally.countPollVotes(head, f.pollVotes)
	f.applyMarks(head, events)
	f.head.Store(uint64(head))
	f.mu.Unlock()
	f.votes, f.pollVotes = f.votes[:0], f.pollVotes[:0]
	f.notify()
}

// Close ends the feed: readers get what it holds and then ErrClosed.
func (f *Feed) Close() {
	if f.closed.Swap(true) {
		return
	}
	f.notify()
}

func (f *Feed) notify() {
	if onNews := f.onNews.Load(); onNews != nil {
		(*onNews)()
	}
}

// StoredEvent is an event read back from the journal, for a cursor that is older than the
// ring: the same bytes that Publish was given.
type StoredEvent struct {
	Seq protocol.Seq
	// Event is the complete JSON, valid until the next step of the iteration it came from.
	Event []byte
}
