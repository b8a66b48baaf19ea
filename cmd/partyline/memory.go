package main

import (
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"time"
)

const (
	// memoryCheckInterval is how often the server checks whether a burst of votes is over.
	// Badger frees one of its eight large buffers every two seconds.
	memoryCheckInterval = 20 * time.Second
	// busyBytes allocated between two checks mean a burst: some thousand votes a second.
	busyBytes = 256 << 20
)

// memoryReleaser returns memory to the operating system once after each burst of votes.
// Without work there is no garbage collection, so an idle server would keep its peak memory,
// hundreds of MiB, for minutes.
type memoryReleaser struct {
	allocated uint64
	busy      bool
	free      func()
}

func newMemoryReleaser() *memoryReleaser { return &memoryReleaser{free: debug.FreeOSMemory} }

// sample compares the bytes allocated since the start of the process with the previous check.
func (r *memoryReleaser) sample(allocated uint64) {
	busy := allocated-r.allocated >= busyBytes
	r.allocated = allocated
	if r.busy && !busy {
		r.free()
	}
	r.busy = busy
}

// allocatedBytes are all bytes that the process ever allocated, freed ones included.
func allocatedBytes() uint64 {
	s := []runtimemetrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	runtimemetrics.Read(s)
	return s[0].Value.Uint64()
}
