package feed

import "partyline/protocol"

// The ring holds about a thousand events or 256 KiB: half a second of the fastest session,
// which is longer than a healthy screen on a phone is ever behind, and minutes of an ordinary
// one.
const (
	ringSegments  = 8
	segmentEvents = 128
	segmentBytes  = 32 << 10
	// firstSegment keeps a quiet session small: segments double from here.
	firstSegment = 4 << 10
)

// Frames appends to dst byte slices that hold the events after the cursor, in order, each
// slice one or more complete server frames, and returns the seq of the last one. It stops at
// about max bytes, but returns at least one event when there is one. The slices never change;
// a caller may keep them, and with them a segment.
//
// At the head it appends nothing, takes no lock and allocates nothing. A cursor beyond the
// head waits there. The errors are ErrOverrun and ErrClosed.
func (f *Feed) Frames(dst [][]byte, after protocol.Seq, max int) ([][]byte, protocol.Seq, error) {
	closed := f.Closed() // before the head: events published before Close are not missed
	if after >= f.Head() {
		if closed {
			return dst, after, ErrClosed
		}
		return dst, after, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if after < f.oldest() {
		if closed {
			return dst, after, ErrClosed
		}
		return dst, after, ErrOverrun
	}
	for _, s := range f.ring[f.segmentOf(after+1):] {
		frames, last := s.after(after, max)
		dst, after, max = append(dst, frames), last, max-len(frames)
		if max <= 0 || last < s.last() {
			break
		}
	}
	return dst, after, nil
}

// oldest is Oldest with the lock held.
func (f *Feed) oldest() protocol.Seq {
	if len(f.ring) == 0 {
		return f.Head()
	}
	return f.ring[0].first - 1
}

// segmentOf is the index of the segment that holds the event. Readers are near the head, so it
// searches from there.
func (f *Feed) segmentOf(seq protocol.Seq) int {
	i := len(f.ring) - 1
	for f.ring[i].first > seq {
		i--
	}
	return i
}

func (f *Feed) append(seq protocol.Seq, event []byte) {
	if n := len(f.ring); n == 0 || !f.ring[n-1].fits(event) {
		f.addSegment(seq, len(event)+protocol.MaxFrameHeader)
	}
	f.ring[len(f.ring)-1].append(event)
}

func (f *Feed) addSegment(first protocol.Seq, least int) {
	size := max(least, min(firstSegment<<len(f.ring), segmentBytes))
	if len(f.ring) == ringSegments {
		copy(f.ring, f.ring[1:])
		f.ring = f.ring[:ringSegments-1]
	}
	f.ring = append(f.ring, &segment{first: first, data: make([]byte, 0, size), ends: make([]uint32, 0, segmentEvents)})
}

// segment is a run of frames. Its data is only ever appended to, within its
// capacity: bytes that were handed out are not touched again.
type segment struct {
	first protocol.Seq
	data  []byte
	ends  []uint32 // where each event's frame ends in data
}

func (s *segment) last() protocol.Seq { return s.first + protocol.Seq(len(s.ends)) - 1 }

func (s *segment) fits(event []byte) bool {
	return len(s.ends) < cap(s.ends) && cap(s.data)-len(s.data) >= len(event)+protocol.MaxFrameHeader
}

func (s *segment) append(event []byte) {
	s.data = protocol.AppendFrame(s.data, event)
	s.ends = append(s.ends, uint32(len(s.data)))
}

// after returns the frames after the cursor, which must be in the segment or just before it,
// and the seq of the last of them.
func (s *segment) after(cursor protocol.Seq, max int) ([]byte, protocol.Seq) {
	from, begin := 0, uint32(0)
	if cursor >= s.first {
		from = int(cursor-s.first) + 1
		begin = s.ends[from-1]
	}
	to := len(s.ends)
	if int(s.ends[to-1]-begin) > max {
		for to = from + 1; to < len(s.ends) && int(s.ends[to]-begin) <= max; to++ {
		}
	}
	end := s.ends[to-1]
	return s.data[begin:end:end], s.first + protocol.Seq(to) - 1
}
