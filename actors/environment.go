package actors

import (
	"sync"
	"time"

	"github.com/rs/zerolog"

	"partyline/persistence"
)

// environment is what every actor of a hub shares.
type environment struct {
	journal persistence.Journal
	now     func() time.Time
	log     zerolog.Logger
	gauges  *gauges
	keep    func(persistence.Snapshot)
}

// heed has ring called after each commit. The journal may still tell of one that was
// under way when it was asked to stop; after stop ring is called no more, so that an
// actor that has ended is not rung.
func (e *environment) heed(ring func()) (stop func()) {
	var mu sync.Mutex
	stopped := false
	cancel := e.journal.Watch(func(persistence.Position) {
		mu.Lock()
		defer mu.Unlock()
		if !stopped {
			ring()
		}
	})
	return func() {
		cancel()
		mu.Lock()
		defer mu.Unlock()
		stopped = true
	}
}
