package fanout

import "partyline/protocol"

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
	limit  int             // about what they may hold
	over   []*subscription // whose session is
	crowd  []*Conn         // of the chunk that is served

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
	kindSnapshot // of tally mode, one for all
	kindEnd
)

// piece is one contiguous part of a write.
type piece struct {
	kind  kind
	bytes []byte
	sub   *subscription
	seq   protocol.Seq // of a tally or snapshot
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
func (f *flusher) flush(p *Conn) outcome {
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
func (f *flusher) hand(p *Conn) {
	b := make([]byte, 0, f.size)
	for _, piece := range f.pieces {
		b = append(b, piece.bytes...)
	}
	f.settle(p, f.size)
	p.setRest(b, false)
}

// send is one write of all pieces.
func (f *flusher) send(p *Conn) (int, error) {
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
