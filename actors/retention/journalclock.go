package retention

import (
	"context"
	"time"

	"partyline/persistence"
	"partyline/protocol"
)

// journalClock is the time as the journal knows it: that of its newest record, but no more than
// what it was when the hub started and the time that has passed since. A clock that is wrong
// dates the records that are written meanwhile, and the newest alone would say so for ever.
type journalClock struct {
	journal persistence.Journal
	first   time.Time // of the newest record at the start; zero when there was none
	started time.Time
}

func newJournalClock(ctx context.Context, j persistence.Journal) journalClock {
	first, _ := newestTime(ctx, j)
	return journalClock{j, first, time.Now()}
}

// now is the time; 0 when it cannot be read, and nothing is old by it.
func (c journalClock) now(ctx context.Context) protocol.Timestamp {
	newest, ok := newestTime(ctx, c.journal)
	if !ok || c.first.IsZero() {
		return 0
	}
	return protocol.TimestampOf(earlier(newest, c.first.Add(time.Since(c.started))))
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// newestTime is when the newest record that is not trimmed was committed, of the last thousand.
func newestTime(ctx context.Context, j persistence.Journal) (newest time.Time, ok bool) {
	head := j.Head()
	for back := persistence.Position(1); back <= 1000 && !ok; back *= 10 {
		for rec, err := range j.ReadAll(ctx, max(head, back)-back) {
			if err != nil {
				return time.Time{}, false
			}
			newest, ok = rec.Time, true
		}
	}
	return newest, ok
}
