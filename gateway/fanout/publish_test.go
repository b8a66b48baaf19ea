package fanout_test

import (
	"fmt"
	"partyline/protocol"
	"testing"
	"time"
)

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
	s, _ := h.session(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	return protocol.Seq(len(s.events))
}

// publishOther commits and publishes an event that is not a vote.
func (h *fakeHub) publishOther(id protocol.SessionID) {
	s, _ := h.session(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, fmt.Appendf(nil, `{"type":"game.added","sessionId":%d,"seq":%d}`, id, len(s.events)+1))
	s.otherEvents++
	if s.feed != nil {
		s.feed.MarkStale()
		s.feed.Publish(s.events[len(s.events)-1])
	}
}

var padding = func() []byte {
	b := make([]byte, 64<<10)
	for i := range b {
		b[i] = 'p'
	}
	return b
}()

// event is the JSON of an event with so many bytes of padding and the time at which it was
// made.
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
