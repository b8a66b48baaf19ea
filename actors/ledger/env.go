package ledger

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"partyline/persistence"
	"partyline/protocol"
)

// Env is what the actors of a hub share.
type Env struct {
	Journal  persistence.Journal
	Now      func() time.Time
	Clock    *Clock
	Log      zerolog.Logger
	Counters *Counters
	// SaveSnapshot queues a snapshot whose records are durable; it does not block.
	SaveSnapshot func(persistence.Snapshot)
	// SaveLastSnapshot writes the last snapshot of a stream that ends; see
	// SnapshotWriter.WriteLast.
	SaveLastSnapshot func(context.Context, persistence.Snapshot) error
}

// Timeline is the timeline that the journal records.
func (e *Env) Timeline() protocol.Timeline {
	epoch := e.Journal.Epoch()
	return protocol.Timeline{Epoch: protocol.Epoch(epoch.ID), AcceptsEmpty: epoch.Adopted}
}

// OnCommit has f called after each commit, until stop. The journal may still report a
// commit that was under way when it was asked to stop; f is not called for it, so that an
// actor that has ended gets no message.
func (e *Env) OnCommit(f func()) (stop func()) {
	var mu sync.Mutex
	stopped := false
	cancel := e.Journal.Watch(func(persistence.Position) {
		mu.Lock()
		defer mu.Unlock()
		if !stopped {
			f()
		}
	})
	return func() {
		cancel()
		mu.Lock()
		defer mu.Unlock()
		stopped = true
	}
}

// CheckStorage is nil while the disk answers. While it does not, a write is refused at once
// instead of waiting in vain at the end of the queue.
func (e *Env) CheckStorage() *protocol.Error {
	if e.Journal.Waiting() < persistence.StalledAfter {
		return nil
	}
	return ErrStalled()
}
