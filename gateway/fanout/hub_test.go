package fanout_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"

	"partyline/actors/feed"
	"partyline/protocol"
)

// fakeHub is a hub in memory: real feeds, and lists of events for a journal.
type fakeHub struct {
	mu            sync.Mutex
	sessions      map[protocol.SessionID]*fakeSession
	announcements *feed.Feed
	failing       *protocol.Error // returned by Watch, State and Replay
	stateAsked    chan struct{}   // not nil: State closes it, and returns when its context ends
}

// fakeSession is one session of a fakeHub.
type fakeSession struct {
	mu          sync.Mutex // as in an actor, one thing at a time
	events      [][]byte
	feed        *feed.Feed
	watches     int // of that feed, not ended yet
	games       map[protocol.GameID]*protocol.TallyGame
	notes       *string
	otherEvents int // events that were no votes: what a state tells as games played
	// states counts the states made for the feed; refreshAsked is not nil while Refresh must
	// not answer, and gets a value at each call.
	states       int
	refreshAsked chan struct{}
}

func newHub(sessions ...protocol.SessionID) *fakeHub {
	h := &fakeHub{sessions: map[protocol.SessionID]*fakeSession{}, announcements: feed.New(0, 0)}
	for _, id := range sessions {
		h.sessions[id] = &fakeSession{games: map[protocol.GameID]*protocol.TallyGame{}}
		h.publish(id, 1)
	}
	return h
}

func (h *fakeHub) session(id protocol.SessionID) (*fakeSession, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failing != nil {
		return nil, h.failing
	}
	if s, ok := h.sessions[id]; ok {
		return s, nil
	}
	return nil, protocol.NotFound("Session")
}

func (h *fakeHub) Watch(_ context.Context, id protocol.SessionID, news func()) (*feed.Feed, error) {
	s, err := h.session(id)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watches++
	if s.feed == nil {
		s.feed = feed.New(id, protocol.Seq(len(s.events)))
		s.feed.SetState(s.state(id))
	}
	s.feed.Listen(news)
	return s.feed, nil
}

func (h *fakeHub) Unwatch(id protocol.SessionID, f *feed.Feed) {
	h.mu.Lock()
	s := h.sessions[id]
	h.mu.Unlock()
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.feed != f {
		return // of a feed before a restart
	}
	if s.watches--; s.watches == 0 {
		s.feed = nil
		f.Close()
	}
}

// watches is how many watches of a session's feed have not ended.
func (h *fakeHub) watches(id protocol.SessionID) int {
	h.mu.Lock()
	s := h.sessions[id]
	h.mu.Unlock()
	if s == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.watches
}

// epoch is that of the timeline of all fake hubs.
const epoch protocol.Epoch = "abcdefghijklmnop"

func (h *fakeHub) Timeline() protocol.Timeline { return protocol.Timeline{Epoch: epoch} }

func (h *fakeHub) Announcements() *feed.Feed { return h.announcements }

func (h *fakeHub) State(ctx context.Context, id protocol.SessionID) (*protocol.SessionState, error) {
	h.mu.Lock()
	asked := h.stateAsked
	h.mu.Unlock()
	if asked != nil {
		close(asked)
		<-ctx.Done()
		return nil, protocol.Errorf(protocol.CodeTimeout, "No response in time")
	}
	s, err := h.session(id)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state(id), nil
}

// lengthenState makes the session's states that many bytes longer.
func (h *fakeHub) lengthenState(id protocol.SessionID, bytes int) {
	s, _ := h.session(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	long := strings.Repeat("n", bytes)
	s.notes = &long
}

func (s *fakeSession) state(id protocol.SessionID) *protocol.SessionState {
	return &protocol.SessionState{Seq: protocol.Seq(len(s.events)), Session: protocol.Session{ID: id, IsActive: true, GamesPlayed: s.otherEvents, Notes: s.notes},
		Games: []protocol.SessionGame{}, Tallies: s.tallies(), Latest: []protocol.LatestVote{}}
}

// Refresh answers at once, unless holdRefresh was called.
func (h *fakeHub) Refresh(id protocol.SessionID, f *feed.Feed) {
	s, err := h.session(id)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refreshAsked != nil {
		select {
		case s.refreshAsked <- struct{}{}:
		default:
		}
		return
	}
	if s.feed == f && f.Stale() {
		s.states++
		f.SetState(s.state(id))
	}
}

// holdRefresh makes Refresh not answer; the channel gets a value when it is called.
func (h *fakeHub) holdRefresh(id protocol.SessionID) <-chan struct{} {
	s, _ := h.session(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refreshAsked = make(chan struct{}, 1)
	return s.refreshAsked
}

// releaseRefresh answers the calls that were held.
func (h *fakeHub) releaseRefresh(id protocol.SessionID) {
	s, _ := h.session(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refreshAsked = nil
	s.feed.SetState(s.state(id))
}

// states is how many states were made for the session's feed.
func (h *fakeHub) states(id protocol.SessionID) int {
	s, _ := h.session(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.states
}

func (h *fakeHub) Replay(ctx context.Context, id protocol.SessionID, after, until protocol.Seq) iter.Seq2[feed.StoredEvent, error] {
	return func(yield func(feed.StoredEvent, error) bool) {
		s, err := h.session(id)
		if err != nil {
			yield(feed.StoredEvent{}, err)
			return
		}
		s.mu.Lock()
		events := s.events
		s.mu.Unlock()
		for seq := after + 1; seq <= until && int(seq) <= len(events) && ctx.Err() == nil; seq++ {
			if !yield(feed.StoredEvent{Seq: seq, Event: events[seq-1]}, nil) {
				return
			}
		}
	}
}

// holdState makes the next State wait until its context ends; the channel is closed when State
// is called.
func (h *fakeHub) holdState() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stateAsked = make(chan struct{})
	return h.stateAsked
}

func (h *fakeHub) fail(e *protocol.Error) {
	h.mu.Lock()
	h.failing = e
	h.mu.Unlock()
}

// restart closes the session's feed, as an actor does that is restarted.
func (h *fakeHub) restart(id protocol.SessionID) {
	h.mu.Lock()
	s := h.sessions[id]
	h.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.feed != nil {
		s.feed.Close()
	}
	s.feed, s.watches = nil, 0
}

// deleteSession publishes a last event and closes the feed.
func (h *fakeHub) deleteSession(id protocol.SessionID) {
	h.mu.Lock()
	s := h.sessions[id]
	delete(h.sessions, id)
	h.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, fmt.Appendf(nil, `{"type":"session.deleted","sessionId":%d,"seq":%d}`, id, len(s.events)+1))
	s.feed.MarkDeleted()
	s.feed.Publish(s.events[len(s.events)-1])
	s.feed.Close()
}

func (s *fakeSession) tallies() []protocol.TallyGame {
	list := []protocol.TallyGame{}
	for _, g := range s.games {
		list = append(list, *g)
	}
	return list
}
