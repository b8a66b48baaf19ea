package admission

import (
	"context"

	"partyline/protocol"
)

// Semaphore bounds how many scans of the journal run at one time.
type Semaphore chan struct{}

// NewSemaphore makes a Semaphore for n scans.
func NewSemaphore(n int) Semaphore { return make(Semaphore, n) }

// Acquire waits until a scan may begin, or answers with an error when ctx ends first. release
// must be called at the end of the scan.
func (s Semaphore) Acquire(ctx context.Context) (release func(), err error) {
	select {
	case s <- struct{}{}:
		return func() { <-s }, nil
	case <-ctx.Done():
		return nil, protocol.ReadTimedOut()
	}
}
