package runtime

import (
	"math"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// quietBefore is how long nothing must have been written before memory is returned, and
	// trimPause the least time between two returns: each collects all garbage.
	quietBefore = 10 * time.Second
	trimPause   = 30 * time.Second
	// minTrim is the fewest bytes worth a return, and a return needs a quarter of what is in
	// use: a collection costs by what is in use.
	minTrim = 4 << 20
	// garbageRoom is how much garbage there may be, besides a quarter of what is in use. A
	// million votes in eight seconds make it some ten times a second.
	garbageRoom = 128 << 20
	// limitStep is the least change of the limit: to change it stops the program for a moment.
	limitStep = 16 << 20
)

// Memory keeps the memory of the process near what is in use. Go lets a heap grow to twice of
// that before it collects, and at rest it collects every two minutes only.
//
// While the hub is busy Memory bounds the garbage, by a memory limit that follows what is in use:
// a fixed limit would have a hub that needs more collect without end. Who has set GOMEMLIMIT keeps
// it. At rest it returns the garbage to the operating system. It belongs to one goroutine.
type Memory struct {
	follow  bool  // the limit is ours
	limit   int64 // that was set, 0 for none
	head    uint64
	written time.Time // when the head was seen to have moved
	trimmed time.Time
	kept    uint64 // of the heap after the last return, in bytes: what it has beyond was used since
}

// NewMemory returns a Memory that has not set a limit yet. Where there is one, as GOMEMLIMIT
// sets it, it stays.
func NewMemory() *Memory {
	return &Memory{follow: debug.SetMemoryLimit(-1) == math.MaxInt64}
}

// Stop removes the limit. No Tick may follow.
func (m *Memory) Stop() {
	if m.limit != 0 {
		debug.SetMemoryLimit(math.MaxInt64)
	}
}

// Tick is called about once a second with the head of the journal, which moves when something
// is written, and the time.
func (m *Memory) Tick(head uint64, now time.Time) {
	u := readUse()
	m.setLimit(u)
	if head != m.head || m.written.IsZero() {
		m.head, m.written = head, now
	}
	if now.Sub(m.written) < quietBefore || now.Sub(m.trimmed) < trimPause {
		return
	}
	// The rest of partly used pages cannot be returned: without kept a hub at rest would collect
	// for it again and again.
	if room := max(minTrim, u.live/4); u.heap >= u.live+room && u.heap >= m.kept+room {
		debug.FreeOSMemory()
		m.trimmed, m.kept = now, readUse().heap
	}
}

func (m *Memory) setLimit(u use) {
	needed := u.live + u.other
	limit := int64(needed + needed/4 + garbageRoom)
	if m.follow && (limit-m.limit >= limitStep || m.limit-limit >= limitStep) {
		m.limit = limit
		debug.SetMemoryLimit(limit)
	}
}

// use is the memory that the operating system has given to Go, in bytes: the heap, of which the
// last collection found live in use, and everything else, such as stacks.
type use struct{ live, heap, other uint64 }

func readUse() (u use) {
	s := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(s)
	for _, part := range s[3:] {
		u.heap += part.Value.Uint64()
	}
	u.live, u.other = s[0].Value.Uint64(), s[1].Value.Uint64()-s[2].Value.Uint64()-u.heap
	return u
}
