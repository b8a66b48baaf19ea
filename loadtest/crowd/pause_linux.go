package crowd

import (
	"syscall"
	"time"
)

// pause sleeps that long, to some 60 µs: the runtime's own timers are only good to
// a millisecond on an idle machine, as much as the latencies to be measured.
func pause(d time.Duration) {
	if d <= 0 {
		return
	}
	t := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&t, nil) // woken early by a signal: the next vote is early by less than one gap
}
