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
	snapshots chan queuedSnapshot
	finish    chan struct{}
	writing   sync.WaitGroup
	// final are the streams that have their last snapshot, by its sequence number: webhooks
	// that were deleted since the start, some 50 bytes each.
	final map[string]persistence.Seq
}

// queuedSnapshot is a snapshot to be written; written, which may be nil, receives the outcome.
type queuedSnapshot struct {
	persistence.Snapshot
	written chan<- error
}

// NewSnapshotWriter starts a SnapshotWriter; Stop ends it.
func NewSnapshotWriter(j persistence.Journal, log zerolog.Logger) *SnapshotWriter {
	w := &SnapshotWriter{journal: j, log: log, snapshots: make(chan queuedSnapshot, maxQueuedSnapshots), finish: make(chan struct{}), final: map[string]persistence.Seq{}}
	w.writing.Go(w.run)
	return w
}

// Enqueue queues a snapshot; it does not block.
func (w *SnapshotWriter) Enqueue(s persistence.Snapshot) {
	select {
	case w.snapshots <- queuedSnapshot{Snapshot: s}:
	default:
		w.log.Warn().Str("stream", s.Stream).Msg("too many snapshots wait to be written, this one is dropped")
	}
}

// WriteLast writes the last snapshot of a stream that ends, behind those that are queued, and
// returns when it is on disk. Older ones of the stream that come later are dropped, so that
// what the last one leaves out, such as a secret, is not stored again.
func (w *SnapshotWriter) WriteLast(ctx context.Context, s persistence.Snapshot) error {
	written := make(chan error, 1)
	select {
	case w.snapshots <- queuedSnapshot{s, written}:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-written:
		return err
	case <-ctx.Done():
		return ctx.Err()
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

func (w *SnapshotWriter) write(s queuedSnapshot) {
	if s.Seq < w.final[s.Stream] {
		return
	}
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), LoadTimeout)
	defer cancel()
	err := w.journal.SaveSnapshot(ctx, s.Snapshot)
	if s.written != nil {
		w.final[s.Stream] = s.Seq
		s.written <- err
	}
	if err != nil {
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
