package runtime

import (
	"math"
	"runtime/debug"
	"testing"
	"time"
)

// TestMemoryIsReturnedAtRest: garbage goes back to the operating system when the head has not moved
// for a while, not before, and not again at once.
func TestMemoryIsReturnedAtRest(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // nothing else collects
	debug.FreeOSMemory()
	m := Memory{} // sets no limit
	now := time.Unix(1000, 0)
	held := func() uint64 { return readUse().heap }
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

// TestMemoryLimitFollowsWhatIsInUse: it leaves room above what is in use, less than twice of it
// when that is much, and stays when GOMEMLIMIT is given.
func TestMemoryLimitFollowsWhatIsInUse(t *testing.T) {
	const given = 1 << 40
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(given))
	limit := func() uint64 { return uint64(debug.SetMemoryLimit(-1)) }

	m := NewMemory()
	m.Tick(1, time.Unix(1000, 0))
	if m.Stop(); limit() != given {
		t.Fatalf("the limit is %d, want %d as it was given", limit(), given)
	}

	debug.SetMemoryLimit(math.MaxInt64)
	m = NewMemory()
	for _, live := range []uint64{10 << 20, 600 << 20, 4 << 30, 600 << 20} {
		m.setLimit(use{live: live, other: 20 << 20})
		if got, needed := limit(), live+20<<20; got < needed+128<<20 || got > 2*needed+128<<20 {
			t.Errorf("the limit is %d MiB with %d in use", got>>20, needed>>20)
		}
	}
	before := limit()
	m.setLimit(use{live: 601 << 20, other: 20 << 20})
	if got := limit(); got != before {
		t.Errorf("the limit was set for one MiB: %d, before %d", got, before)
	}
	if m.Stop(); limit() != math.MaxInt64 {
		t.Errorf("the limit is %d after the end", limit())
	}
}
