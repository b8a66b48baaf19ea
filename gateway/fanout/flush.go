package fanout

import "partyline/protocol"

// flushResult is how a flush ended.
type flushResult int

const (
	flushedAll flushResult = iota // everything is with the kernel
	socketFull                    // Conn.partialFrame holds the rest of a begun frame
	turnOver                      // maxWritesPerTurn is reached and there is more
	connBroken                    // the write failed
)

// flusher holds the buffers of one write, so that none of them is allocated per write or kept
// per connection. Each worker has one.
type flusher struct {
	pieces      []piece
	frames      [][]byte
	joined      []byte
	size        int             // of all pieces, in bytes
	limit       int             // about how many bytes they may hold
	deletedSubs []*subscription // subscriptions to deleted sessions that were read to their end
	conns       []*Conn         // of the shard that is served

	// Arguments and results of the system call: RawConn wants a function, which is made once.
	data      []byte
	n         int
	err       error
	writeFunc func(fd uintptr) bool
}

// pieceKind is what a piece consists of, and so what advance notes when it is written.
type pieceKind int

const (
	kindControl pieceKind = iota
	kindReplies
	kindEvents // from the ring
	kindReplay // from the journal
	kindTally
	kindSnapshot // of tally mode, one for all subscribers
	kindClose
)

// piece is one contiguous part of a write.
type piece struct {
	kind  pieceKind
	bytes []byte
	sub   *subscription
	seq   protocol.Seq // of a tally or snapshot
}

func newFlusher() *flusher {
	f := &flusher{}
	f.writeFunc = func(fd uintptr) bool {
		f.n, f.err = writeRaw(fd, f.data)
		return true // never wait for the socket
	}
	return f
}

// flush writes to the connection until there is nothing more, the socket is full, or
// maxWritesPerTurn is reached. The connection's lock is held and the slow writer does not run.
func (f *flusher) flush(c *Conn) flushResult {
	defer f.release()
	for range maxWritesPerTurn {
		f.collect(c)
		if f.size == 0 {
			return flushedAll
		}
		if c.rawConn == nil {
			f.handToSlowWriter(c)
			return socketFull
		}
		n, err := f.writePieces(c)
		if err != nil {
			return connBroken
		}
		c.engine.stats.bytes.Add(int64(n))
		c.engine.stats.writes.Add(1)
		f.advance(c, n)
		if n < f.size {
			c.engine.stats.stalls.Add(1)
			return socketFull
		}
	}
	return turnOver
}

// handToSlowWriter gives everything that was collected to the slow writer.
func (f *flusher) handToSlowWriter(c *Conn) {
	b := make([]byte, 0, f.size)
	for _, piece := range f.pieces {
		b = append(b, piece.bytes...)
	}
	f.advance(c, f.size)
	c.setPartial(b, false)
}

// writePieces writes all pieces with one system call.
func (f *flusher) writePieces(c *Conn) (int, error) {
	f.data = f.pieces[0].bytes
	if len(f.pieces) > 1 {
		f.joined = f.joined[:0]
		for _, piece := range f.pieces {
			f.joined = append(f.joined, piece.bytes...)
		}
		f.data = f.joined
	}
	if err := c.rawConn.Write(f.writeFunc); err != nil {
		return 0, err
	}
	return f.n, f.err
}

// release drops references to buffers of the ring and of connections.
func (f *flusher) release() {
	clear(f.pieces)
	clear(f.frames[:cap(f.frames)])
	f.pieces, f.frames, f.data = f.pieces[:0], f.frames[:0], nil
	const ordinary = 2 * maxWrite
	if cap(f.joined) > ordinary {
		f.joined = nil
	}
}
