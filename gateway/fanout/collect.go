package fanout

import (
	"errors"

	"partyline/actors/feed"
	"partyline/protocol"
)

// collect lists what is to be written next: control frames, then replies, then each
// subscription's events, then the close frame if it was to wait for all that.
func (f *flusher) collect(c *Conn) {
	clear(f.pieces)
	f.pieces, f.size, f.limit = f.pieces[:0], 0, maxWrite
	if c.rawConn == nil {
		f.limit = maxBlockingWrite
	}
	if c.closeSent {
		return
	}
	behind := c.outbox.pending.Load() && c.takeReplies()
	f.collectControl(c)
	if c.closeReq.frame != nil && !c.closeReq.afterPending {
		f.add(piece{kind: kindClose, bytes: c.closeReq.frame})
		return
	}
	f.add(piece{kind: kindReplies, bytes: c.replies})
	if behind {
		return // the replies left in the outbox may belong before a subscription's events
	}
	waiting := f.collectSubscriptions(c)
	if c.closeReq.frame != nil && f.size == 0 && !waiting {
		f.add(piece{kind: kindClose, bytes: c.closeReq.frame})
	}
}

// takeReplies takes the replies in the outbox, and returns whether some stay there because
// replies taken earlier are not written yet. Lock order: the connection's before the outbox's.
func (c *Conn) takeReplies() (behind bool) {
	if len(c.replies) > 0 {
		behind, c.closeReq = c.outbox.peek()
		return behind
	}
	c.replies, c.closeReq = c.outbox.take()
	c.repliesMem = cap(c.replies)
	return false
}

func (f *flusher) add(x piece) {
	if len(x.bytes) > 0 {
		f.pieces = append(f.pieces, x)
		f.size += len(x.bytes)
	}
}

func (f *flusher) collectControl(c *Conn) {
	f.add(piece{kind: kindControl, bytes: c.pendingPong})
	if c.pingDue {
		f.add(piece{kind: kindControl, bytes: pingFrame})
	}
}

// pingFrame is a ping without payload. It is never written to.
var pingFrame = []byte{0x89, 0}

// collectSubscriptions begins with another subscription each time, so that one session that
// always fills the write does not silence the others. It returns whether a subscription waits
// for the journal.
func (f *flusher) collectSubscriptions(c *Conn) (waiting bool) {
	n := len(c.subs)
	if n > 1 {
		c.nextSub = (c.nextSub + 1) % n
	}
	f.deletedSubs = f.deletedSubs[:0]
	for i := 0; i < n && f.size < f.limit; i++ {
		s := c.subs[(c.nextSub+i)%n]
		if f.collectSubscription(s) {
			f.deletedSubs = append(f.deletedSubs, s)
		}
		waiting = waiting || s.catchingUp
	}
	for _, s := range f.deletedSubs {
		c.sessionDeleted(s)
	}
	clear(f.deletedSubs)
	return waiting
}

// collectSubscription adds a subscription's events. It returns true when its session is
// deleted and everything was sent.
func (f *flusher) collectSubscription(s *subscription) (finished bool) {
	switch {
	case s.catchingUp:
		return false
	case len(s.replay) > 0:
		f.add(piece{kind: kindReplay, bytes: s.replay, sub: s})
		return false
	case s.mode == protocol.ModeTally:
		return f.collectTally(s)
	}
	for {
		slices, _, err := s.feed.Frames(f.frames[:0], s.cursor, max(1, f.limit-f.size))
		f.frames = slices
		for _, b := range slices {
			f.add(piece{kind: kindEvents, bytes: b, sub: s})
		}
		switch {
		case errors.Is(err, feed.ErrOverrun):
			s.startCatchup()
		case errors.Is(err, feed.ErrClosed):
			if s.switchFeed() {
				continue
			}
			return s.topic.deleted.Load()
		}
		return false
	}
}

// collectTally adds what the connection lacks of the shard's shown summary, or of the newest
// one when the connection or the session is about to end. It returns true when the session is
// deleted and everything was sent.
func (f *flusher) collectTally(s *subscription) (finished bool) {
	deleted := s.topic.deleted.Load() // first: when it is set, nothing comes any more
	p := s.shard.shown.Load()
	if deleted || s.conn.closeReq.frame != nil {
		p = s.shard.newestSummary()
	}
	if p == nil {
		return deleted
	}
	before, cursor := f.size, s.cursor
	if p.SnapshotSeq > s.stateSeq {
		f.add(piece{kind: kindSnapshot, bytes: p.Snapshot, sub: s, seq: p.SnapshotSeq})
		cursor = max(cursor, p.SnapshotSeq)
	}
	if p.TallySeq > cursor {
		f.add(piece{kind: kindTally, bytes: p.Tally, sub: s, seq: p.TallySeq})
	}
	return deleted && f.size == before
}
