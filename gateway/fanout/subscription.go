package fanout

import (
	"partyline/actors/feed"
	"partyline/protocol"
)

// subscription is one peer's place in one topic. The peer's lock guards it, except
// for chunk and place, which are the topic's.
type subscription struct {
	peer  *Conn
	topic *topic
	feed  *feed.Feed // the topic's, or an ended one that is not read to its end yet
	mode  protocol.Mode
	// cursor is the seq of the last event the peer has; in tally mode that of the last
	// thing it was sent.
	cursor protocol.Seq
	// stated, in tally mode, is the seq as of which the peer knows the whole state, or did
	// not ask to know it: anything but votes that comes after makes a snapshot.
	stated protocol.Seq
	// gapless: it was asked for with since, so what the ring has lost comes from the
	// journal. Others get a snapshot.
	gapless    bool
	recovering bool // recovery is at work or will be: nothing is sent meanwhile
	tries      int  // of recovery, that failed
	replay     []byte
	replayHeld int  // the memory behind it
	gone       bool // the peer has another one, or none

	chunk *chunk
	place int
}

// follow goes on with the topic's new feed when there is one.
func (s *subscription) follow() bool {
	f := s.topic.feed.Load()
	if f == s.feed {
		return false
	}
	s.feed = f
	return true
}

// fallBehind is called when the ring has lost the events after the cursor.
func (s *subscription) fallBehind() {
	if s.topic.isLobby() {
		s.cursor = s.feed.Oldest() // nobody promised the lobby gapless
		s.peer.wake()
		return
	}
	s.recovering = true
	s.peer.engine.recovery.ask(s)
}

// detach takes the subscription out of its topic, with the peer's lock held.
func (s *subscription) detach() {
	s.gone = true
	s.setReplay(nil)
	s.topic.remove(s)
	s.count(-1)
	s.peer.engine.part(s.topic)
}

// count keeps the number of subscriptions to sessions.
func (s *subscription) count(n int64) {
	if !s.topic.isLobby() {
		s.peer.engine.stats.subscriptions.Add(n)
	}
}

// find is the peer's subscription to a session, -1 if there is none.
func (p *Conn) find(id protocol.SessionID) int {
	for i, s := range p.subs {
		if s.topic.session == id {
			return i
		}
	}
	return -1
}

// drop removes the i-th subscription.
func (p *Conn) drop(i int) {
	s := p.subs[i]
	p.subs = append(p.subs[:i], p.subs[i+1:]...)
	s.detach()
}
