package main

import (
	"runtime/debug"
	gauge "runtime/metrics" // metrics are the server's own
	"time"
)

const (
	// restEvery is how often the server looks whether a storm is over. Badger lets go
	// of one of its eight large buffers every two seconds.
	restEvery = 20 * time.Second
	// stormBytes allocated between two looks are a storm: some thousand votes a second.
	stormBytes = 256 << 20
)

// rest gives memory back to the system once after each storm of votes. Without work
// there is no garbage collection, so an idle server would keep what it needed most,
// hundreds of MiB, for minutes.
type rest struct {
	allocated uint64
	stormy    bool
	free      func()
}

func newRest() *rest { return &rest{free: debug.FreeOSMemory} }

// look takes the bytes allocated since the start of the process.
func (r *rest) look(allocated uint64) {
	storm := allocated-r.allocated >= stormBytes
	r.allocated = allocated
	if r.stormy && !storm {
		r.free()
	}
	r.stormy = storm
}

// allocatedBytes are those of the whole life of the process, freed ones included.
func allocatedBytes() uint64 {
	s := []gauge.Sample{{Name: "/gc/heap/allocs:bytes"}}
	gauge.Read(s)
	return s[0].Value.Uint64()
}
