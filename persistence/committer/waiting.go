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
type waiting struct {
	log   zerolog.Logger
	begun time.Time
	// since is when the oldest append was queued that the goroutine has taken, or when the
	// last part of a large record was staged; 0 when it has none.
	since atomic.Int64
	// alarm goes off when that was persistence.StalledAfter ago.
	alarm *time.Timer
	told  atomic.Bool
}

func newWaiting(log zerolog.Logger) *waiting {
	w := &waiting{log: log, begun: time.Now()}
	w.alarm = time.AfterFunc(persistence.StalledAfter, w.tell)
	w.alarm.Stop()
	return w
}

// now is never 0.
func (w *waiting) now() int64 { return int64(time.Since(w.begun)) + 1 }

// begin says that the goroutine is at work on appends of which the oldest was queued then.
func (w *waiting) begin(queued int64) {
	w.since.Store(queued)
	w.alarm.Reset(persistence.StalledAfter)
}

// end says that all of them have their outcomes.
func (w *waiting) end() {
	w.alarm.Stop()
	lasted := w.age()
	w.since.Store(0)
	if w.told.Swap(false) {
		w.log.Info().Dur("waited", lasted).Msg("the journal's disk answers again")
	}
}

// age is how long the oldest append waits, 0 when none does.
func (w *waiting) age() time.Duration {
	since := w.since.Load()
	if since == 0 {
		return 0
	}
	return max(1, time.Duration(w.now()-since))
}

// tell says in the log that the disk hangs, once each time.
func (w *waiting) tell() {
	if age := w.age(); age > 0 && !w.told.Swap(true) {
		w.log.Error().Dur("waiting", age).Msg("the journal's disk does not answer")
	}
}

// check is ErrStalled while the disk hangs.
func (w *waiting) check() error {
	if age := w.age(); age >= persistence.StalledAfter {
		return fmt.Errorf("%w: an append has been waiting for %s", persistence.ErrStalled, age.Round(time.Second))
	}
	return nil
}
