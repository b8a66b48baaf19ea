package fanout

import (
	"encoding/binary"
	"slices"

	"partyline/protocol"
)

// advance moves the connection's cursors past the first n bytes of what was collected, which
// are with the kernel. If that is not all, exactly one frame has begun: its rest goes to
// Conn.partialFrame, copied, so that a stalled connection does not hold a segment of the ring
// (but see kindSnapshot), and it counts as sent. Everything behind it is as if it had never
// been collected.
func (f *flusher) advance(c *Conn, n int) {
	for _, x := range f.pieces {
		written := min(n, len(x.bytes))
		x.advance(c, written)
		n -= written
		if written < len(x.bytes) {
			return
		}
	}
}

func (x piece) advance(c *Conn, written int) {
	frames, begun := countFrames(x.bytes, min(written+1, len(x.bytes)))
	rest := x.bytes[written:begun]
	switch x.kind {
	case kindControl:
		if x.bytes[0] == pingFrame[0] {
			c.pingDue = false
		} else {
			c.pendingPong = nil
		}
	case kindReplies:
		c.setReplies(x.bytes[begun:])
	case kindEvents:
		x.sub.cursor += protocol.Seq(frames)
		c.engine.stats.deliveries.Add(int64(frames))
	case kindReplay:
		x.sub.cursor += protocol.Seq(frames)
		x.sub.setReplay(x.bytes[begun:])
		c.engine.stats.deliveries.Add(int64(frames))
		c.engine.stats.replayedEvents.Add(int64(frames))
	case kindTally:
		x.sub.cursor = x.seq
		c.engine.stats.tallies.Add(1)
	case kindSnapshot:
		x.sub.stateSeq, x.sub.cursor = x.seq, max(x.sub.cursor, x.seq)
		c.engine.stats.snapshots.Add(1)
	case kindClose:
		c.closeSent = true
		if len(rest) == 0 {
			c.halfClose()
		}
	}
	if x.kind == kindSnapshot && len(rest) > 0 {
		// Not copied: it can be long, and all connections that stall in it share it.
		// Clipped: an append must not write behind it.
		c.setPartial(slices.Clip(rest), true)
		return
	}
	c.setPartial(append([]byte(nil), rest...), false)
}

// countFrames goes over whole frames until n bytes are covered. It returns how many frames
// that takes and where the last of them ends.
func countFrames(b []byte, n int) (frames, end int) {
	for end < n {
		end += frameSize(b[end:])
		frames++
	}
	return frames, end
}

// frameSize is the size of the unmasked frame that b begins with.
func frameSize(b []byte) int {
	switch n := b[1]; {
	case n < 126:
		return 2 + int(n)
	case n == 126:
		return 4 + int(binary.BigEndian.Uint16(b[2:]))
	default:
		return 10 + int(binary.BigEndian.Uint64(b[2:]))
	}
}
