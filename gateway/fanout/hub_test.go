package fanout_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"partyline/actors/feed"
	"partyline/protocol"
)

// fakeHub is a hub in memory: real feeds, and lists of events for a journal.
type fakeHub struct {
	mu       sync.Mutex
	sessions map[protocol.SessionID]*night
	lobby    *feed.Feed
	failing  *protocol.Error // what Watch, State and Replay answer instead
	asked    chan struct{}   // not nil: State says so here, and answers when its context ends
}

// night is one session.
type night struct {
	mu      sync.Mutex // the actor: one thing at a time
	events  [][]byte
	feed    *feed.Feed
	watches int // of that feed, not given back
	games   map[protocol.GameID]*protocol.TallyGame
	notes   *string
	news    int // events that were no votes: what a state tells as games played
	// states counts those that were made for the feed; wanted is not nil while Refresh
	// is not to be answered, and hears of each.
	states int
	wanted chan struct{}
}

func newHub(sessions ...protocol.SessionID) *fakeHub {
	h := &fakeHub{sessions: map[protocol.SessionID]*night{}, lobby: feed.New(0, 0)}
	for _, id := range sessions {
		h.sessions[id] = &night{games: map[protocol.GameID]*protocol.TallyGame{}}
		h.publish(id, 1)
	}
	return h
}

func (h *fakeHub) night(id protocol.SessionID) (*night, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failing != nil {
		return nil, h.failing
	}
	if n, ok := h.sessions[id]; ok {
		return n, nil
	}
	return nil, protocol.NotFound("Session")
}

func (h *fakeHub) Watch(_ context.Context, id protocol.SessionID, news func()) (*feed.Feed, error) {
	n, err := h.night(id)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.watches++
	if n.feed == nil {
		n.feed = feed.New(id, protocol.Seq(len(n.events)))
		n.feed.SetState(n.state(id))
	}
	n.feed.Listen(news)
	return n.feed, nil
}

func (h *fakeHub) Unwatch(id protocol.SessionID, f *feed.Feed) {
	h.mu.Lock()
	n := h.sessions[id]
	h.mu.Unlock()
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.feed != f {
		return // of a past incarnation
	}
	if n.watches--; n.watches == 0 {
		n.feed = nil
		f.Close()
	}
}

// watches is how many have a session's feed and have not given it back.
func (h *fakeHub) watches(id protocol.SessionID) int {
	h.mu.Lock()
	n := h.sessions[id]
	h.mu.Unlock()
	if n == nil {
		return 0
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.watches
}

// now is the timeline of all fake hubs.
const now protocol.Epoch = "abcdefghijklmnop"

func (h *fakeHub) Timeline() protocol.Timeline { return protocol.Timeline{Epoch: now} }

func (h *fakeHub) Announcements() *feed.Feed { return h.lobby }

func (h *fakeHub) State(ctx context.Context, id protocol.SessionID) (*protocol.SessionState, error) {
	h.mu.Lock()
	asked := h.asked
	h.mu.Unlock()
	if asked != nil {
		close(asked)
		<-ctx.Done()
		return nil, protocol.Errorf(protocol.CodeTimeout, "No answer in time")
	}
	n, err := h.night(id)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.state(id), nil
}

// lengthen has the session's states be so many bytes longer.
func (h *fakeHub) lengthen(id protocol.SessionID, bytes int) {
	n, _ := h.night(id)
	n.mu.Lock()
	defer n.mu.Unlock()
	long := strings.Repeat("n", bytes)
	n.notes = &long
}

func (n *night) state(id protocol.SessionID) *protocol.SessionState {
	return &protocol.SessionState{Seq: protocol.Seq(len(n.events)), Session: protocol.Session{ID: id, IsActive: true, GamesPlayed: n.news, Notes: n.notes},
		Games: []protocol.SessionGame{}, Tallies: n.tallies(), Latest: []protocol.LatestVote{}}
}

// Refresh answers at once, unless the answer is held back.
func (h *fakeHub) Refresh(id protocol.SessionID, f *feed.Feed) {
	n, err := h.night(id)
	if err != nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.wanted != nil {
		select {
		case n.wanted <- struct{}{}:
		default:
		}
		return
	}
	if n.feed == f && f.Stale() {
		n.states++
		f.SetState(n.state(id))
	}
}

// holdStates has Refresh not answered; the channel hears when somebody wants one.
func (h *fakeHub) holdStates(id protocol.SessionID) <-chan struct{} {
	n, _ := h.night(id)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wanted = make(chan struct{}, 1)
	return n.wanted
}

// giveState answers after all.
func (h *fakeHub) giveState(id protocol.SessionID) {
	n, _ := h.night(id)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.wanted = nil
	n.feed.SetState(n.state(id))
}

// states is how many were made for the session's feed.
func (h *fakeHub) states(id protocol.SessionID) int {
	n, _ := h.night(id)
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.states
}

// happen commits and publishes an event that is no vote.
func (h *fakeHub) happen(id protocol.SessionID) {
	n, _ := h.night(id)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.events = append(n.events, fmt.Appendf(nil, `{"type":"game.added","sessionId":%d,"seq":%d}`, id, len(n.events)+1))
	n.news++
	if n.feed != nil {
		n.feed.MarkStale()
		n.feed.Publish(n.events[len(n.events)-1])
	}
}

func (h *fakeHub) Replay(ctx context.Context, id protocol.SessionID, after, until protocol.Seq) iter.Seq2[feed.StoredEvent, error] {
	return func(yield func(feed.StoredEvent, error) bool) {
		n, err := h.night(id)
		if err != nil {
			yield(feed.StoredEvent{}, err)
			return
		}
		n.mu.Lock()
		events := n.events
		n.mu.Unlock()
		for seq := after + 1; seq <= until && int(seq) <= len(events) && ctx.Err() == nil; seq++ {
			if !yield(feed.StoredEvent{Seq: seq, Event: events[seq-1]}, nil) {
				return
			}
		}
	}
}

// hold has the next State wait until nobody wants its answer; the channel is closed
// when it does.
func (h *fakeHub) hold() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = make(chan struct{})
	return h.asked
}

func (h *fakeHub) fail(e *protocol.Error) {
	h.mu.Lock()
	h.failing = e
	h.mu.Unlock()
}

// publish commits and publishes the next n events of a session, votes for game 1.
func (h *fakeHub) publish(id protocol.SessionID, n int) { h.publishPadded(id, n, 100) }

func (h *fakeHub) publishPadded(id protocol.SessionID, n, padding int) {
	h.mu.Lock()
	s := h.sessions[id]
	h.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	first := len(s.events)
	for range n {
		s.events = append(s.events, event(id, protocol.Seq(len(s.events)+1), padding))
	}
	game := s.games[1]
	if game == nil {
		game = &protocol.TallyGame{ID: 1}
		s.games[1] = game
	}
	game.SessionUpvotes += int64(n)
	game.Totals = protocol.NewTotals(game.Upvotes+int64(n), 0)
	if s.feed != nil {
		for range n {
			s.feed.AddVote(protocol.LatestVote{GameID: 1, Vote: protocol.Vote{Type: protocol.VoteUp}})
		}
		s.feed.Publish(s.events[first:]...)
	}
}

func (h *fakeHub) head(id protocol.SessionID) protocol.Seq {
	n, _ := h.night(id)
	n.mu.Lock()
	defer n.mu.Unlock()
	return protocol.Seq(len(n.events))
}

// restart ends the session's feed as an actor does that begins anew.
func (h *fakeHub) restart(id protocol.SessionID) {
	h.mu.Lock()
	n := h.sessions[id]
	h.mu.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.feed != nil {
		n.feed.Close()
	}
	n.feed, n.watches = nil, 0
}

// remove deletes a session: one more event, and then its feed ends.
func (h *fakeHub) remove(id protocol.SessionID) {
	h.mu.Lock()
	n := h.sessions[id]
	delete(h.sessions, id)
	h.mu.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.events = append(n.events, fmt.Appendf(nil, `{"type":"session.deleted","sessionId":%d,"seq":%d}`, id, len(n.events)+1))
	n.feed.MarkDeleted()
	n.feed.Publish(n.events[len(n.events)-1])
	n.feed.Close()
}

func (n *night) tallies() []protocol.TallyGame {
	list := []protocol.TallyGame{}
	for _, g := range n.games {
		list = append(list, *g)
	}
	return list
}

var padding = func() []byte {
	b := make([]byte, 64<<10)
	for i := range b {
		b[i] = 'p'
	}
	return b
}()

// event is the JSON of an event, longer by about as many bytes as told. It carries
// when it was made.
func event(id protocol.SessionID, seq protocol.Seq, longer int) []byte {
	return fmt.Appendf(nil, `{"type":"vote.received","sessionId":%d,"seq":%d,"at":%d,"data":"%s"}`, id, seq, time.Now().UnixNano(), padding[:longer])
}

// eventually waits for a condition that another goroutine brings about.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	tooLate := time.After(20 * time.Second)
	for !condition() {
		select {
		case <-look.C:
		case <-tooLate:
			t.Fatalf("never came: %s", what)
		}
	}
}
