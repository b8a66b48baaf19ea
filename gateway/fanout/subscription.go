package fanout

import (
	"partyline/actors/feed"
	"partyline/protocol"
)

// subscription is one connection's cursor in one topic. The connection's lock guards it,
// except for shard and index, which are guarded by the topic's.
type subscription struct {
	conn  *Conn
	topic *topic
	feed  *feed.Feed // the topic's, or a closed one that is not read to its end yet
	mode  protocol.Mode
	// cursor is the seq of the last event sent; in tally mode that of the last frame sent.
	cursor protocol.Seq
	// stateSeq, in tally mode, is the seq as of which the client knows the whole state, or did
	// not ask to know it: any later event that is not a vote makes a snapshot.
	stateSeq protocol.Seq
	// gapless: since was given, so events that the ring no longer has come from the journal.
	// Other subscriptions get a snapshot.
	gapless     bool
	catchingUp  bool // queued or running in catchupQueue: nothing is sent meanwhile
	failedTries int  // of catching up, since the last success
	replay      []byte
	replayMem   int  // the capacity of its buffer
	ended       bool // replaced or unsubscribed

	shard *shard
	index int
}

// switchFeed goes on with the topic's new feed; false when there is none.
func (s *subscription) switchFeed() bool {
	f := s.topic.feed.Load()
	if f == s.feed {
		return false
	}
	s.feed = f
	return true
}

// startCatchup is called when the ring no longer has the events after the cursor.
func (s *subscription) startCatchup() {
	if s.topic.isAnnouncements() {
		s.cursor = s.feed.Oldest() // announcements may have gaps
		s.conn.wake()
		return
	}
	s.catchingUp = true
	s.conn.engine.catchups.add(s)
}

// detach takes the subscription out of its topic, with the connection's lock held.
func (s *subscription) detach() {
	s.ended = true
	s.setReplay(nil)
	s.topic.removeSub(s)
	s.countSubscription(-1)
	s.conn.engine.leaveTopic(s.topic)
}

// countSubscription counts the subscriptions to sessions.
func (s *subscription) countSubscription(n int64) {
	if !s.topic.isAnnouncements() {
		s.conn.engine.stats.subscriptions.Add(n)
	}
}

// findSub returns the index of the subscription to a session, -1 if there is none.
func (c *Conn) findSub(id protocol.SessionID) int {
	for i, s := range c.subs {
		if s.topic.session == id {
			return i
		}
	}
	return -1
}

// dropSub removes the i-th subscription.
func (c *Conn) dropSub(i int) {
	s := c.subs[i]
	c.subs = append(c.subs[:i], c.subs[i+1:]...)
	s.detach()
}
