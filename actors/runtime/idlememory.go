package runtime

import (
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
)

// IdleMemory returns memory to the operating system when the hub is at rest. Go lets a heap
// grow to twice of what is in use before it collects, and at rest it collects every two minutes
// only: without IdleMemory a hub that nobody uses would keep the memory of its last busy minute.
// The zero value is ready to use; it belongs to one goroutine.
type IdleMemory struct {
	head    uint64    // of the journal
	written time.Time // when the head was seen to have moved
	trimmed time.Time
}

// Tick is called about once a second with the head of the journal, which moves when something
// is written, and the time.
func (m *IdleMemory) Tick(head uint64, now time.Time) {
	if head != m.head || m.written.IsZero() {
		m.head, m.written = head, now
	}
	if now.Sub(m.written) < quietBefore || now.Sub(m.trimmed) < trimPause {
		return
	}
	if live, held := heapSizes(); held < live+max(minTrim, live/4) {
		return
	}
	debug.FreeOSMemory()
	m.trimmed = now
}

// heapSizes returns the bytes that the last collection found in use, and the bytes of the heap
// that the operating system has given.
func heapSizes() (live, held uint64) {
	s := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(s)
	for _, part := range s[1:] {
		held += part.Value.Uint64()
	}
	return s[0].Value.Uint64(), held
}
