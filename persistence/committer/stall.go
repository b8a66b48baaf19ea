package committer

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"partyline/persistence"
)

// waiting knows since when the oldest append without an outcome waits. A store that
// neither writes nor fails, on a disk that hangs, says nothing by itself.
//
// Moments are nanoseconds since the beginning, so that the machine's clock may jump.
type stallDetector struct {
	log   zerolog.Logger
	start time.Time
	// since is when the oldest append was queued that the goroutine has taken, or when the
	// last part of a large record was staged; 0 when it has none.
	since atomic.Int64
	// alarm goes off when that was persistence.StalledAfter ago.
	timer  *time.Timer
	logged atomic.Bool
}

func newStallDetector(log zerolog.Logger) *stallDetector {
	w := &stallDetector{log: log, start: time.Now()}
	w.timer = time.AfterFunc(persistence.StalledAfter, w.logStall)
	w.timer.Stop()
	return w
}

// now is never 0.
func (w *stallDetector) now() int64 { return int64(time.Since(w.start)) + 1 }

// begin says that the goroutine is at work on appends of which the oldest was queued then.
func (w *stallDetector) begin(queued int64) {
	w.since.Store(queued)
	w.timer.Reset(persistence.StalledAfter)
}

// end says that all of them have their outcomes.
func (w *stallDetector) end() {
	w.timer.Stop()
	lasted := w.age()
	w.since.Store(0)
	if w.logged.Swap(false) {
		w.log.Info().Dur("waited", lasted).Msg("the journal's disk answers again")
	}
}

// age is how long the oldest append waits, 0 when none does.
func (w *stallDetector) age() time.Duration {
	since := w.since.Load()
	if since == 0 {
		return 0
	}
	return max(1, time.Duration(w.now()-since))
}

// tell says in the log that the disk hangs, once each time.
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
