//go:build !linux

package crowd

import "time"

// pause sleeps that long, as exactly as the runtime can.
func pause(d time.Duration) { time.Sleep(d) }
