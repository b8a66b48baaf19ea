package badger

import (
	"context"
	"errors"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// Fault is one thing that does not fit. Fields that say nothing about it are zero.
type Fault struct {
	Stream   string
	Seq      persistence.Seq
	Position persistence.Position
	// Reason is for people.
	Reason string
}

// Summary counts what a verification saw.
type Summary struct {
	Head      persistence.Position
	Commits   int
	Chunks    int
	Records   int
	Bytes     int64
	Streams   int
	Memos     int
	Snapshots int
	// Trimmed counts the streams of which records were trimmed.
	Trimmed int
	Faults  int
}

// Verify opens the journal of a folder that nobody writes to and verifies it without
// writing to it; see OpenToRead and Journal.Verify. A table that Badger cannot read fails it before that, with ErrCorrupt.
func Verify(ctx context.Context, o Options, report func(Fault)) (Summary, error) {
	j, err := OpenToRead(o)
	if err != nil {
		return Summary{}, err
	}
	s, err := j.Verify(ctx, report)
	return s, errors.Join(err, j.Close())
}

// Verify walks the whole journal as of now: the epoch, the global order, every stream,
// every snapshot and memo. It checks all sums, looks for gaps and for times that go back,
// and holds the index against the chunks both ways. What is missing up to a stream's
// trim mark is no fault. Each fault is reported (report
// may be nil) and the walk goes on; at the end the error is ErrCorrupt when there
// were any. Appends go on meanwhile.
func (j *Journal) Verify(ctx context.Context, report func(Fault)) (Summary, error) {
	if report == nil {
		report = func(Fault) {}
	}
	c := &check{journal: j, ctx: ctx, report: report, marks: map[string]persistence.Seq{}}
	head := j.Head()
	err := j.view(ctx, func(txn *badgerdb.Txn) error {
		c.txn = txn
		return c.run(head)
	})
	if err == nil && c.sum.Faults > 0 {
		err = fmt.Errorf("%w: %d faults", persistence.ErrCorrupt, c.sum.Faults)
	}
	if err != nil {
		return c.sum, fmt.Errorf("verify %s: %w", j.dir, err)
	}
	return c.sum, nil
}

// check is one verification.
type check struct {
	journal *Journal
	ctx     context.Context
	txn     *badgerdb.Txn
	report  func(Fault)
	sum     Summary
	// seen counts the chunks found by walking the streams.
	seen int
	// marks are the trim marks by stream.
	marks map[string]persistence.Seq
}

func (c *check) run(head persistence.Position) error {
	c.tables()
	for _, walk := range []func() error{c.epoch, c.trims, c.order, c.streams, c.orphans, c.snapshots, c.memos} {
		if err := walk(); err != nil {
			return err
		}
	}
	if c.sum.Head < head {
		c.fault(Fault{Position: c.sum.Head + 1, Reason: fmt.Sprintf("the index ends before the head %d", head)})
	}
	return nil
}

// tables has Badger verify its tables as they are now. Where one cannot be unpacked,
// Badger panics.
func (c *check) tables() {
	defer func() {
		if p := recover(); p != nil {
			c.fault(Fault{Reason: "a table cannot be unpacked"})
		}
	}()
	if err := c.journal.db.VerifyChecksum(); err != nil {
		c.fault(Fault{Reason: fmt.Sprintf("table: %v", err)})
	}
}

// epoch wants the one that the journal was opened with.
func (c *check) epoch() error {
	e, found, err := readEpochs(c.txn)
	if err == nil && !found && c.journal.Epoch() != (persistence.Epoch{}) {
		err = fmt.Errorf("%w: it is missing", persistence.ErrCorrupt)
	}
	if err == nil && e.current != c.journal.Epoch() {
		err = fmt.Errorf("%w: it is %s, and was %s", persistence.ErrCorrupt, e.current.ID, c.journal.Epoch().ID)
	}
	if err != nil {
		c.fault(Fault{Reason: fmt.Sprintf("epoch: %v", err)})
	}
	return nil
}

func (c *check) fault(f Fault) {
	defer theirs()
	c.sum.Faults++
	c.report(f)
}

func (c *check) proceed() error { return c.journal.proceed(c.ctx) }
