package feed

import (
	"errors"
	"sync"
	"sync/atomic"

	"partyline/protocol"
)

// Errors of Frames.
var (
	// ErrOverrun: the cursor is older than the ring. The journal has the events.
	ErrOverrun = errors.New("feed: cursor is older than the ring")
	// ErrClosed: the reader has everything the feed held, and no more will come from
	// it. The session may have a new feed that goes on at the same cursor.
	ErrClosed = errors.New("feed: closed")
)

// Feed holds the newest events of one session. One goroutine at a time may call
// Publish, AddVote, AddPollVote, MarkStale, MarkDeleted, SetState and Close; everything else may
// be called from anywhere.
type Feed struct {
	session protocol.SessionID
	head    atomic.Uint64 // of the ring, so that a reader at the head takes no lock
	closed  atomic.Bool
	news    atomic.Pointer[func()]

	mu    sync.Mutex
	ring  []*segment // oldest first; the last one is being filled
	tally tally
	scene scene

	// The writer's: what the next Publish brings.
	votes   []vote
	ballots []ballot
	latest  protocol.LatestVotes // with those votes
	fresh   bool                 // something that is no vote
	ended   bool                 // the session's last event
}

// New makes a feed whose first event will be head+1.
func New(session protocol.SessionID, head protocol.Seq) *Feed {
	f := &Feed{session: session}
	f.head.Store(uint64(head))
	return f
}

// Session says whose feed it is.
func (f *Feed) Session() protocol.SessionID { return f.session }

// Head is the seq of the newest event.
func (f *Feed) Head() protocol.Seq { return protocol.Seq(f.head.Load()) }

// Closed says whether Close was called.
func (f *Feed) Closed() bool { return f.closed.Load() }

// Oldest is the smallest cursor that Frames can serve: the event after it is the
// oldest of the ring.
func (f *Feed) Oldest() protocol.Seq {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.oldest()
}

// Listen sets the one function that is called after each Publish, SetState and
// Close, by the goroutine that called those. It must not block. Nil listens no more.
func (f *Feed) Listen(news func()) {
	if news == nil {
		f.news.Store(nil)
		return
	}
	f.news.Store(&news)
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
	f.tally.countBallots(head, f.ballots)
	f.move(head, events)
	f.head.Store(uint64(head))
	f.mu.Unlock()
	f.votes, f.ballots = f.votes[:0], f.ballots[:0]
	f.tell()
}

// Close ends the feed: readers get what it holds and then ErrClosed.
func (f *Feed) Close() {
	if f.closed.Swap(true) {
		return
	}
	f.tell()
}

func (f *Feed) tell() {
	if news := f.news.Load(); news != nil {
		(*news)()
	}
}
