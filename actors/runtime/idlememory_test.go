package runtime

import (
	"runtime/debug"
	"testing"
	"time"
)

// TestIdleMemoryIsReturned: garbage goes back to the operating system when the head has not moved
// for a while, not before, and not again at once.
func TestIdleMemoryIsReturned(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // nothing else collects
	debug.FreeOSMemory()
	var m IdleMemory
	now := time.Unix(1000, 0)
	held := func() uint64 { _, held := heapSizes(); return held }
	const garbage = 64 << 20
	litter := func() {
		for range garbage >> 20 {
			sink = make([]byte, 1<<20)
		}
		sink = nil
	}

	litter()
	dirty := held()
	for head := uint64(1); head < 30; head++ { // somebody votes every second
		m.Tick(head, now)
		now = now.Add(time.Second)
	}
	for range 9 { // quiet, but not for long
		m.Tick(30, now)
		now = now.Add(time.Second)
	}
	if got := held(); got < dirty-garbage/2 {
		t.Fatalf("%d of %d bytes held while the hub is busy", got, dirty)
	}
	for range 2 {
		m.Tick(30, now)
		now = now.Add(time.Second)
	}
	clean := held()
	if clean > dirty-garbage/2 {
		t.Fatalf("%d of %d bytes held at rest", clean, dirty)
	}

	litter()
	m.Tick(30, now)
	if got := held(); got < clean+garbage/2 {
		t.Fatalf("returned again at once: %d bytes held", got)
	}
	m.Tick(30, now.Add(trimPause))
	if got := held(); got > clean+garbage/2 {
		t.Fatalf("not returned again: %d bytes held", got)
	}
}

var sink []byte
