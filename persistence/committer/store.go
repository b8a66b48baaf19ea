package committer

import (
	"time"

	"partyline/persistence"
)

// Store is what a committer writes to. All methods but Ready are called from the
// committer's goroutine alone.
type Store interface {
	// Ready is nil while a write may be tried, else the reason against it. It is called
	// before each batch and by every Health.
	Ready() error
	// Last is the sequence of the stream's last record in the store, 0 for an unknown stream.
	Last(stream string) (persistence.Seq, error)
	// Head is the position and the time of the last record in the store.
	Head() (persistence.Position, time.Time, error)
	// WritePart makes the next part of a large record durable ahead of the batch that
	// holds the record, and says whether there are more parts. Parts are counted from 0.
	// The committer writes all parts of one record, and of no other in between, before it
	// puts the record first in a batch. Parts of a record that is never committed are
	// never read.
	WritePart(stream string, seq persistence.Seq, record []byte, part int) (more bool, err error)
	// Commit makes the batch durable whole or not at all, and readable before it returns.
	// After an error the outcome is unknown: the committer calls Last and Head again. The
	// batch and all it points to belong to the committer.
	Commit(*Batch) error
}

// Observer is told of each commit, from the committer's goroutine: it must not block.
type Observer interface {
	// Committed reports a durable batch: its records, their bytes as the writers handed
	// them over, and how long the store took.
	Committed(records, bytes int, took time.Duration)
	// Failed reports why a batch, or all that waited, could not be written.
	Failed(err error)
}

// Faults are hooks through which tests make a disk fail. Each gets the number of the
// commit, counted from 1, except where it says otherwise; an error fails that commit as a
// disk would.
type Faults struct {
	// BeforeCommit fails a commit of which nothing is written.
	BeforeCommit func(commit int) error
	// BeforePart fails the writing of a part, counted from 0, of a large record.
	BeforePart func(part int) error
	// AfterCommit fails a commit that is written all the same: the outcome that the
	// writers cannot know.
	AfterCommit func(commit int) error
}
