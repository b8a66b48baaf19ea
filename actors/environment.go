package actors

import (
	"sync"
	"time"

	"github.com/rs/zerolog"

	"partyline/persistence"
	"partyline/protocol"
)

// environment is what every actor of a hub shares.
type environment struct {
	journal persistence.Journal
	now     func() time.Time
	clock   *clock
	log     zerolog.Logger
	gauges  *gauges
	keep    func(persistence.Snapshot)
}

// Timeline is the one that the journal records.
func (e *environment) Timeline() protocol.Timeline {
	epoch := e.journal.Epoch()
	return protocol.Timeline{Epoch: protocol.Epoch(epoch.ID), AcceptsEmpty: epoch.Adopted}
}

// epochOf is the epoch in which the event of a delivery was recorded. It stays the same
// over restores and upgrades, empty for those of versions without epochs, so that a
// delivery is tried again under the id that it had before.
func (e *environment) epochOf(d protocol.DeliveryID) protocol.Epoch {
	return protocol.Epoch(e.journal.EpochAt(position(d)))
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

// answering is nil while the disk answers. While it does not, who wants something written
// is told at once instead of waiting in vain for a place at the end of the line.
func (e *environment) answering() *protocol.Error {
	if e.journal.Waiting() < persistence.StalledAfter {
		return nil
	}
	return errStalled()
}
