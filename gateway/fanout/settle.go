package fanout

import (
	"encoding/binary"
	"slices"

	"partyline/protocol"
)

// settle notes that the first n bytes of what was gathered are with the kernel. If
// that is not all, exactly one frame is begun afterwards: its rest is in Peer.rest,
// copied, so that a stalled peer does not hold a segment of the ring (but see
// kindSnapshot), and it counts as sent. Everything behind it is as if it had never been gathered.
func (f *flusher) settle(p *Conn, n int) {
	for _, x := range f.pieces {
		took := min(n, len(x.bytes))
		x.settle(p, took)
		n -= took
		if took < len(x.bytes) {
			return
		}
	}
}

func (x piece) settle(p *Conn, took int) {
	frames, begun := walk(x.bytes, min(took+1, len(x.bytes)))
	rest := x.bytes[took:begun]
	switch x.kind {
	case kindControl:
		if x.bytes[0] == pingFrame[0] {
			p.ping = false
		} else {
			p.pong = nil
		}
	case kindOut:
		p.setOut(x.bytes[begun:])
	case kindEvents:
		x.sub.cursor += protocol.Seq(frames)
		p.engine.stats.deliveries.Add(int64(frames))
	case kindReplay:
		x.sub.cursor += protocol.Seq(frames)
		x.sub.setReplay(x.bytes[begun:])
		p.engine.stats.deliveries.Add(int64(frames))
		p.engine.stats.replayed.Add(int64(frames))
	case kindTally:
		x.sub.cursor = x.seq
		p.engine.stats.tallies.Add(1)
	case kindSnapshot:
		x.sub.stated, x.sub.cursor = x.seq, max(x.sub.cursor, x.seq)
		p.engine.stats.snapshots.Add(1)
	case kindEnd:
		p.ended = true
		if len(rest) == 0 {
			p.parted()
		}
	}
	if x.kind == kindSnapshot && len(rest) > 0 {
		// It can be long, and all who stall in it hold the same one; there is no room
		// behind it for whoever appends.
		p.setRest(slices.Clip(rest), true)
		return
	}
	p.setRest(append([]byte(nil), rest...), false)
}

// walk goes over whole frames until n bytes are covered. It returns how many frames
// that takes and where the last of them ends.
func walk(b []byte, n int) (frames, end int) {
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
