package ledger

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors/runtime"
	"partyline/persistence"
)

// maxQueuedSnapshots is how many snapshots may wait to be written. A session that finds no
// place takes another snapshot later; its stream has everything.
const maxQueuedSnapshots = 64

// SnapshotWriter writes snapshots on a goroutine of its own, so that no actor waits for the
// disk.
type SnapshotWriter struct {
	journal   persistence.Journal
	log       zerolog.Logger
	snapshots chan persistence.Snapshot
	finish    chan struct{}
	writing   sync.WaitGroup
}

// NewSnapshotWriter starts a SnapshotWriter; Stop ends it.
func NewSnapshotWriter(j persistence.Journal, log zerolog.Logger) *SnapshotWriter {
	w := &SnapshotWriter{journal: j, log: log, snapshots: make(chan persistence.Snapshot, maxQueuedSnapshots), finish: make(chan struct{})}
	w.writing.Go(w.run)
	return w
}

// Enqueue queues a snapshot; it does not block.
func (w *SnapshotWriter) Enqueue(s persistence.Snapshot) {
	select {
	case w.snapshots <- s:
	default:
		w.log.Warn().Str("stream", s.Stream).Msg("too many snapshots wait to be written, this one is dropped")
	}
}

// run writes snapshots until Stop, and then those that still wait. The channel is never
// closed: an actor that did not end in time may still call Enqueue.
func (w *SnapshotWriter) run() {
	for {
		select {
		case s := <-w.snapshots:
			w.write(s)
		case <-w.finish:
			for len(w.snapshots) > 0 {
				w.write(<-w.snapshots)
			}
			return
		}
	}
}

func (w *SnapshotWriter) write(s persistence.Snapshot) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), LoadTimeout)
	defer cancel()
	if err := w.journal.SaveSnapshot(ctx, s); err != nil {
		w.log.Error().Err(err).Str("stream", s.Stream).Msg("snapshot not written")
		return
	}
	w.log.Debug().Str("stream", s.Stream).Uint64("seq", uint64(s.Seq)).Int("bytes", len(s.Data)).Dur("took", time.Since(start)).Msg("snapshot written")
}

// Stop writes the snapshots that wait and ends the goroutine, which is left behind when ctx
// ends first.
func (w *SnapshotWriter) Stop(ctx context.Context) {
	close(w.finish)
	runtime.WaitFor(ctx, &w.writing)
}
