package database

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"partyline/persistence"
)

// diskSpaceInterval is how long a query of the disk is good for while there is plenty of
// room: at 100 MB/s some 10 MB are written in that time, a tenth of the reserve.
const diskSpaceInterval = 100 * time.Millisecond

// DiskSpace refuses writes before the disk is full. Under twice the reserve it queries the
// disk before every write.
type DiskSpace struct {
	dir     string
	reserve uint64
	query   func(dir string) (uint64, error)

	// refusal is the error of the last query, nil when there was room.
	refusal atomic.Pointer[error]

	mu        sync.Mutex
	checkedAt time.Time
	free      uint64
}

// NewDiskSpace keeps a reserve of free bytes on the disk of a folder; query returns how
// many are free.
func NewDiskSpace(dir string, reserve uint64, query func(dir string) (uint64, error)) *DiskSpace {
	return &DiskSpace{dir: dir, reserve: reserve, query: query}
}

// Check is nil while the reserve is free, else ErrUnavailable with the numbers. While
// another goroutine queries the disk it returns the result of the query before: a disk
// that hangs must not block its callers.
func (d *DiskSpace) Check() error {
	if d.mu.TryLock() {
		defer d.mu.Unlock()
		err := d.refresh()
		if err == nil {
			d.refusal.Store(nil)
			return nil
		}
		d.refusal.Store(&err)
		return err
	}
	if refusal := d.refusal.Load(); refusal != nil {
		return *refusal
	}
	return nil
}

func (d *DiskSpace) refresh() error {
	if d.free >= 2*d.reserve && time.Since(d.checkedAt) < diskSpaceInterval {
		return nil
	}
	free, err := d.query(d.dir)
	if err != nil {
		d.free = 0
		return fmt.Errorf("%w: free space: %w", persistence.ErrUnavailable, err)
	}
	d.free, d.checkedAt = free, time.Now()
	if free < d.reserve {
		return fmt.Errorf("%w: %d MiB are free, %d MiB are kept in reserve",
			persistence.ErrFull, free>>20, d.reserve>>20)
	}
	return nil
}
