package badger

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"partyline/persistence"
)

// guardEvery is how long a look at the disk holds while there is plenty of room: at
// 100 MB/s some 10 MB are written in that time, a tenth of the reserve.
const guardEvery = 100 * time.Millisecond

// guard refuses writes before the disk is full. Under twice the reserve it looks
// before every write.
type guard struct {
	dir     string
	reserve uint64
	free    func(dir string) (uint64, error)

	// last is the answer of the last look, nil when there was room.
	last atomic.Pointer[error]

	mu     sync.Mutex
	looked time.Time
	room   uint64
}

// check is nil while there is room, else ErrUnavailable with the numbers. While somebody
// else looks it is the answer of the time before: a disk that hangs must not hold up who
// asks.
func (g *guard) check() error {
	if g.mu.TryLock() {
		defer g.mu.Unlock()
		err := g.look()
		if err == nil {
			g.last.Store(nil)
			return nil
		}
		g.last.Store(&err)
		return err
	}
	if refusal := g.last.Load(); refusal != nil {
		return *refusal
	}
	return nil
}

func (g *guard) look() error {
	if g.room >= 2*g.reserve && time.Since(g.looked) < guardEvery {
		return nil
	}
	room, err := g.free(g.dir)
	if err != nil {
		g.room = 0
		return fmt.Errorf("%w: free space: %w", persistence.ErrUnavailable, err)
	}
	g.room, g.looked = room, time.Now()
	if room < g.reserve {
		return fmt.Errorf("%w: %d MiB are free, %d MiB are kept in reserve",
			persistence.ErrFull, room>>20, g.reserve>>20)
	}
	return nil
}
