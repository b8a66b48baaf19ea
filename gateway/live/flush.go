package live

import (
	"errors"

	"partyline/actors/feed"
	"partyline/protocol"
)

// outcome is how a flush ended.
type outcome int

const (
	idle   outcome = iota // everything is with the kernel
	full                  // the socket takes no more; Peer.rest is not empty
	more                  // there is more, but it is somebody else's turn
	broken                // the connection is gone
)

// flusher carries what one write needs, so that none of it is allocated per write
// or kept per peer. Each worker has one.
type flusher struct {
	pieces []piece
	slices [][]byte
	joined []byte
	size   int             // of all pieces
	over   []*subscription // whose session is
	crowd  []*Peer         // of the chunk that is served

	// The system call's: RawConn wants a function, which is made once.
	data  []byte
	n     int
	err   error
	write func(fd uintptr) bool
}

// kind says what a piece consists of, and so what is to be noted when it is written.
type kind int

const (
	kindControl kind = iota
	kindOut
	kindEvents // of the ring
	kindReplay // of the journal
	kindTally
	kindEnd
)

// piece is one contiguous part of a write.
type piece struct {
	kind  kind
	bytes []byte
	sub   *subscription
	seq   protocol.Seq // of a tally
}

func newFlusher() *flusher {
	f := &flusher{}
	f.write = func(fd uintptr) bool {
		f.n, f.err = writeRaw(fd, f.data)
		return true // never wait
	}
	return f
}

// flush writes what there is for the peer until there is nothing more, the socket is
// full, or the peer has had its turn. The peer's lock is held and nobody pumps.
func (f *flusher) flush(p *Peer) outcome {
	defer f.release()
	for range maxRounds {
		f.gather(p)
		if f.size == 0 {
			return idle
		}
		if p.raw == nil {
			f.hand(p)
			return full
		}
		n, err := f.send(p)
		if err != nil {
			return broken
		}
		p.engine.stats.bytes.Add(int64(n))
		p.engine.stats.writes.Add(1)
		f.settle(p, n)
		if n < f.size {
			p.engine.stats.stalls.Add(1)
			return full
		}
	}
	return more
}

// hand gives everything that was gathered to the pump.
func (f *flusher) hand(p *Peer) {
	b := make([]byte, 0, f.size)
	for _, piece := range f.pieces {
		b = append(b, piece.bytes...)
	}
	f.settle(p, f.size)
	p.rest = b
}

// send is one write of all pieces.
func (f *flusher) send(p *Peer) (int, error) {
	f.data = f.pieces[0].bytes
	if len(f.pieces) > 1 {
		f.joined = f.joined[:0]
		for _, piece := range f.pieces {
			f.joined = append(f.joined, piece.bytes...)
		}
		f.data = f.joined
	}
	if err := p.raw.Write(f.write); err != nil {
		return 0, err
	}
	return f.n, f.err
}

// release lets go of what belongs to others.
func (f *flusher) release() {
	clear(f.pieces)
	clear(f.slices[:cap(f.slices)])
	f.pieces, f.slices, f.data = f.pieces[:0], f.slices[:0], nil
	const ordinary = 2 * maxWrite
	if cap(f.joined) > ordinary {
		f.joined = nil
	}
}

// gather lists what is to be written next: control frames, then replies, then each
// subscription's news, then the close frame if it was to wait for all that.
func (f *flusher) gather(p *Peer) {
	clear(f.pieces)
	f.pieces, f.size = f.pieces[:0], 0
	if p.ended {
		return
	}
	if p.outbox.pending.Load() {
		p.collect()
	}
	f.gatherControl(p)
	if p.end.frame != nil && !p.end.last {
		f.add(piece{kind: kindEnd, bytes: p.end.frame})
		return
	}
	f.add(piece{kind: kindOut, bytes: p.out})
	waiting := f.gatherSubscriptions(p)
	if p.end.frame != nil && f.size == 0 && !waiting {
		f.add(piece{kind: kindEnd, bytes: p.end.frame})
	}
}

// collect takes what waits in the outbox. Lock order: the peer's before the outbox's.
func (p *Peer) collect() {
	frames, end := p.outbox.collect(len(p.out) == 0)
	if len(p.out) == 0 {
		p.out = frames
	}
	p.end = end
}

func (f *flusher) add(x piece) {
	if len(x.bytes) > 0 {
		f.pieces = append(f.pieces, x)
		f.size += len(x.bytes)
	}
}

func (f *flusher) gatherControl(p *Peer) {
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
func (f *flusher) gatherSubscriptions(p *Peer) (waiting bool) {
	n := len(p.subs)
	if n > 1 {
		p.turn = (p.turn + 1) % n
	}
	f.over = f.over[:0]
	for i := 0; i < n && f.size < maxWrite; i++ {
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
		slices, _, err := s.feed.Frames(f.slices[:0], s.cursor, max(1, maxWrite-f.size))
		f.slices = slices
		for _, b := range slices {
			f.add(piece{kind: kindEvents, bytes: b, sub: s})
		}
		switch {
		case errors.Is(err, feed.ErrGone):
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

// gatherTally adds the tally of the topic's last beat, or when the peer is about to
// be closed the newest there is.
func (f *flusher) gatherTally(s *subscription) (over bool) {
	t := s.topic.tally.Load()
	if s.peer.end.frame != nil {
		t = s.topic.newestTally()
	}
	if t != nil && t.seq > s.cursor {
		f.add(piece{kind: kindTally, bytes: t.frame, sub: s, seq: t.seq})
		return false
	}
	return s.feed.Closed() && !s.follow() && s.topic.over.Load()
}
