package actors

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"partyline/persistence"
)

// maxKept is how many snapshots may wait to be written. A session that finds no
// place takes another one later; the stream itself has everything.
const maxKept = 64

// background owns the hub's two goroutines: one writes snapshots, so that no actor
// waits for a disk, one ticks.
type background struct {
	journal   persistence.Journal
	log       zerolog.Logger
	snapshots chan persistence.Snapshot
	quit      chan struct{}
	finish    chan struct{}
	once      sync.Once
	ticking   sync.WaitGroup
	writing   sync.WaitGroup
}

func newBackground(j persistence.Journal, log zerolog.Logger) *background {
	b := &background{journal: j, log: log, snapshots: make(chan persistence.Snapshot, maxKept), quit: make(chan struct{}), finish: make(chan struct{})}
	b.writing.Go(b.run)
	return b
}

// keep queues a snapshot; it does not block.
func (b *background) keep(s persistence.Snapshot) {
	select {
	case b.snapshots <- s:
	default:
		b.log.Warn().Str("stream", s.Stream).Msg("too many snapshots waiting, one was left out")
	}
}

// run writes snapshots until finish, and then those that are still waiting. The
// channel is never closed: an actor that did not end in time may still call keep.
func (b *background) run() {
	for {
		select {
		case s := <-b.snapshots:
			b.write(s)
		case <-b.finish:
			for len(b.snapshots) > 0 {
				b.write(<-b.snapshots)
			}
			return
		}
	}
}

func (b *background) write(s persistence.Snapshot) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), recoverTimeout)
	defer cancel()
	if err := b.journal.SaveSnapshot(ctx, s); err != nil {
		b.log.Error().Err(err).Str("stream", s.Stream).Msg("snapshot not written")
		return
	}
	b.log.Debug().Str("stream", s.Stream).Uint64("seq", uint64(s.Seq)).Int("bytes", len(s.Data)).Dur("took", time.Since(start)).Msg("snapshot written")
}

// tick calls f once per sweepInterval until stopTicking.
func (b *background) tick(f func()) {
	b.ticking.Go(func() {
		t := time.NewTicker(sweepInterval)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				f()
			case <-b.quit:
				return
			}
		}
	})
}

func (b *background) stopTicking() {
	b.once.Do(func() { close(b.quit) })
	b.ticking.Wait()
}

// stop writes what waits and ends both goroutines. When ctx ends first the one that
// writes is left behind.
func (b *background) stop(ctx context.Context) {
	b.stopTicking()
	close(b.finish)
	waitFor(ctx, &b.writing)
}
