package fanout

import (
	"errors"

	"partyline/actors/feed"
	"partyline/protocol"
)

// gather lists what is to be written next: control frames, then replies, then each
// subscription's news, then the close frame if it was to wait for all that.
func (f *flusher) gather(p *Conn) {
	clear(f.pieces)
	f.pieces, f.size, f.limit = f.pieces[:0], 0, maxWrite
	if p.raw == nil {
		f.limit = maxHanded
	}
	if p.ended {
		return
	}
	behind := p.outbox.pending.Load() && p.collect()
	f.gatherControl(p)
	if p.end.frame != nil && !p.end.last {
		f.add(piece{kind: kindEnd, bytes: p.end.frame})
		return
	}
	f.add(piece{kind: kindOut, bytes: p.out})
	if behind {
		return // what stayed may be the answer that goes before a subscription's news
	}
	waiting := f.gatherSubscriptions(p)
	if p.end.frame != nil && f.size == 0 && !waiting {
		f.add(piece{kind: kindEnd, bytes: p.end.frame})
	}
}

// collect takes what waits in the outbox, and says whether some of it stays behind what
// was taken before and is not written yet. Lock order: the peer's before the outbox's.
func (p *Conn) collect() (behind bool) {
	if len(p.out) > 0 {
		behind, p.end = p.outbox.glance()
		return behind
	}
	p.out, p.end = p.outbox.collect()
	p.outHeld = cap(p.out)
	return false
}

func (f *flusher) add(x piece) {
	if len(x.bytes) > 0 {
		f.pieces = append(f.pieces, x)
		f.size += len(x.bytes)
	}
}

func (f *flusher) gatherControl(p *Conn) {
	f.add(piece{kind: kindControl, bytes: p.pong})
	if p.ping {
		f.add(piece{kind: kindControl, bytes: pingFrame})
	}
}

// pingFrame is a ping without payload. It is never written to.
var pingFrame = []byte{0x89, 0}

// gatherSubscriptions begins with another subscription each time, so that one
// session that always fills the write does not silence the others. It says whether
// one of them waits for the journal.
func (f *flusher) gatherSubscriptions(p *Conn) (waiting bool) {
	n := len(p.subs)
	if n > 1 {
		p.turn = (p.turn + 1) % n
	}
	f.over = f.over[:0]
	for i := 0; i < n && f.size < f.limit; i++ {
		s := p.subs[(p.turn+i)%n]
		if f.gatherFrom(s) {
			f.over = append(f.over, s)
		}
		waiting = waiting || s.recovering
	}
	for _, s := range f.over {
		p.farewell(s)
	}
	clear(f.over)
	return waiting
}

// gatherFrom adds a subscription's news. Over says that its session is.
func (f *flusher) gatherFrom(s *subscription) (over bool) {
	switch {
	case s.recovering:
		return false
	case len(s.replay) > 0:
		f.add(piece{kind: kindReplay, bytes: s.replay, sub: s})
		return false
	case s.mode == protocol.ModeTally:
		return f.gatherTally(s)
	}
	for {
		slices, _, err := s.feed.Frames(f.slices[:0], s.cursor, max(1, f.limit-f.size))
		f.slices = slices
		for _, b := range slices {
			f.add(piece{kind: kindEvents, bytes: b, sub: s})
		}
		switch {
		case errors.Is(err, feed.ErrOverrun):
			s.fallBehind()
		case errors.Is(err, feed.ErrClosed):
			if s.follow() {
				continue
			}
			return s.topic.over.Load()
		}
		return false
	}
}

// gatherTally adds what the peer lacks of the picture of the topic's last beat, or when
// the peer or the session is about to go, of the newest there is.
func (f *flusher) gatherTally(s *subscription) (over bool) {
	ended := s.topic.over.Load() // before looking: then nothing comes any more
	p := s.topic.shown.Load()
	if ended || s.peer.end.frame != nil {
		p = s.topic.newest()
	}
	if p == nil {
		return ended
	}
	had, at := f.size, s.cursor
	if p.SnapshotSeq > s.stated {
		f.add(piece{kind: kindSnapshot, bytes: p.Snapshot, sub: s, seq: p.SnapshotSeq})
		at = max(at, p.SnapshotSeq)
	}
	if p.TallySeq > at {
		f.add(piece{kind: kindTally, bytes: p.Tally, sub: s, seq: p.TallySeq})
	}
	return ended && f.size == had
}
