package database

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"partyline/persistence"
)

// guardEvery is how long a look at the disk holds while there is plenty of room: at
// 100 MB/s some 10 MB are written in that time, a tenth of the reserve.
const diskSpaceInterval = 100 * time.Millisecond

// guard refuses writes before the disk is full. Under twice the reserve it looks
// before every write.
type DiskSpace struct {
	dir     string
	reserve uint64
	query   func(dir string) (uint64, error)

	// last is the answer of the last look, nil when there was room.
	refusal atomic.Pointer[error]

	mu        sync.Mutex
	checkedAt time.Time
	free      uint64
}

// newDiskSpace guards a reserve of free bytes on the disk of a folder; query tells how many
// are free.
func NewDiskSpace(dir string, reserve uint64, query func(dir string) (uint64, error)) *DiskSpace {
	return &DiskSpace{dir: dir, reserve: reserve, query: query}
}

// check is nil while there is room, else ErrUnavailable with the numbers. While somebody
// else looks it is the answer of the time before: a disk that hangs must not hold up who
// asks.
func (g *DiskSpace) Check() error {
	if g.mu.TryLock() {
		defer g.mu.Unlock()
		err := g.refresh()
		if err == nil {
			g.refusal.Store(nil)
			return nil
		}
		g.refusal.Store(&err)
		return err
	}
	if refusal := g.refusal.Load(); refusal != nil {
		return *refusal
	}
	return nil
}

func (g *DiskSpace) refresh() error {
	if g.free >= 2*g.reserve && time.Since(g.checkedAt) < diskSpaceInterval {
		return nil
	}
	room, err := g.query(g.dir)
	if err != nil {
		g.free = 0
		return fmt.Errorf("%w: free space: %w", persistence.ErrUnavailable, err)
	}
	g.free, g.checkedAt = room, time.Now()
	if room < g.reserve {
		return fmt.Errorf("%w: %d MiB are free, %d MiB are kept in reserve",
			persistence.ErrFull, room>>20, g.reserve>>20)
	}
	return nil
}
