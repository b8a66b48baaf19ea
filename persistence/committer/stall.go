package committer

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"partyline/persistence"
)

// stallDetector measures how long the oldest append without an outcome has been waiting,
// and logs when a disk hangs: a store that neither writes nor fails says nothing by
// itself.
//
// Times are nanoseconds since start, so that the machine's clock may jump.
type stallDetector struct {
	log   zerolog.Logger
	start time.Time
	// since is when the oldest append was queued of those that the goroutine is working
	// on, or when the last part of a large record was written; 0 when there are none.
	since atomic.Int64
	// timer calls logStall persistence.StalledAfter after since.
	timer  *time.Timer
	logged atomic.Bool
}

func newStallDetector(log zerolog.Logger) *stallDetector {
	w := &stallDetector{log: log, start: time.Now()}
	w.timer = time.AfterFunc(persistence.StalledAfter, w.logStall)
	w.timer.Stop()
	return w
}

// now is the time since start, never 0.
func (w *stallDetector) now() int64 { return int64(time.Since(w.start)) + 1 }

// begin starts a wait: the goroutine works on appends of which the oldest was queued at
// the given time.
func (w *stallDetector) begin(queued int64) {
	w.since.Store(queued)
	w.timer.Reset(persistence.StalledAfter)
}

// end ends a wait: all appends have their outcomes.
func (w *stallDetector) end() {
	w.timer.Stop()
	lasted := w.age()
	w.since.Store(0)
	if w.logged.Swap(false) {
		w.log.Info().Dur("waited", lasted).Msg("the journal's disk answers again")
	}
}

// age is how long the oldest append has been waiting, 0 when none is.
func (w *stallDetector) age() time.Duration {
	since := w.since.Load()
	if since == 0 {
		return 0
	}
	return max(1, time.Duration(w.now()-since))
}

// logStall logs that the disk hangs, once for each time it does.
func (w *stallDetector) logStall() {
	if age := w.age(); age > 0 && !w.logged.Swap(true) {
		w.log.Error().Dur("waiting", age).Msg("the journal's disk does not answer")
	}
}

// check is ErrStalled while the disk hangs.
func (w *stallDetector) check() error {
	if age := w.age(); age >= persistence.StalledAfter {
		return fmt.Errorf("%w: an append has been waiting for %s", persistence.ErrStalled, age.Round(time.Second))
	}
	return nil
}
