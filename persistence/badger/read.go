package badger

import (
	"context"
	"errors"
	"fmt"
	"iter"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// errEnough ends a read whose consumer wants no more.
var errEnough = errors.New("enough")

type yieldFunc = func(persistence.Record, error) bool

// Read yields the stream's records after a sequence, in order, as of the call. A gap
// or a checksum that does not fit is yielded last, as ErrCorrupt.
func (j *Journal) Read(ctx context.Context, stream string, after persistence.Seq) iter.Seq2[persistence.Record, error] {
	head, end := j.Head(), j.ends.at(stream)
	return j.records(ctx, "read "+stream, func(txn *badgerdb.Txn, out *output) error {
		return readStream(txn, stream, after, end, out)
	}, head)
}

// ReadBack yields the stream's records before a sequence, the newest first; before 0
// starts at the end.
func (j *Journal) ReadBack(ctx context.Context, stream string, before persistence.Seq) iter.Seq2[persistence.Record, error] {
	head, end := j.Head(), j.ends.at(stream)
	return j.records(ctx, "read back "+stream, func(txn *badgerdb.Txn, out *output) error {
		return readStreamBack(txn, stream, before, end, out)
	}, head)
}

// records turns a reader into an iterator: it opens and closes the transaction and
// yields the error that the reader returns.
func (j *Journal) records(ctx context.Context, what string, read func(*badgerdb.Txn, *output) error, head persistence.Position) iter.Seq2[persistence.Record, error] {
	return func(yield func(persistence.Record, error) bool) {
		out := &output{journal: j, ctx: ctx, head: head, yield: yield}
		err := j.view(ctx, func(txn *badgerdb.Txn) error {
			out.txn = txn
			return read(txn, out)
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(persistence.Record{}, fmt.Errorf("%s: %w", what, err))
		}
	}
}

// readStream finds the newest chunk, which says where the stream ends and is often
// the only one wanted, and then goes up from the chunk that holds after+1. Of a stream
// that ends before end, nothing is read.
func readStream(txn *badgerdb.Txn, stream string, after, end persistence.Seq, out *output) error {
	trimmed := out.journal.marks.through(stream)
	after = max(after, trimmed)
	down := newScan(txn, stream, true)
	defer down.close()
	c, ok, err := down.newest(trimmed, end)
	if !ok || err != nil || c.last() <= after {
		return err
	}
	last := c.last()
	if c.first <= after+1 {
		return out.up(&c, after)
	}
	first := persistence.Seq(1)
	if after > 0 {
		if c, ok, err = down.seek(after + 1); err != nil || !ok || c.first > after+1 {
			return orGap(err, after+1)
		}
		first = c.first
	}
	return readUp(txn, stream, first, after, last, out)
}

// readUp yields the chunks from first to last and minds the gaps.
func readUp(txn *badgerdb.Txn, stream string, first, after, last persistence.Seq, out *output) error {
	up := newScan(txn, stream, false)
	defer up.close()
	c, ok, err := up.seek(first)
	for next := first; next <= last; c, ok, err = up.next() {
		if err != nil || !ok || c.first != next {
			return orGap(err, next)
		}
		if err := out.up(&c, after); err != nil {
			return err
		}
		next = c.last() + 1
	}
	return err
}

func readStreamBack(txn *badgerdb.Txn, stream string, before, end persistence.Seq, out *output) error {
	floor := out.journal.marks.through(stream)
	down := newScan(txn, stream, true)
	defer down.close()
	c, ok, err := down.newest(floor, end)
	if !ok || err != nil {
		return err
	}
	if before == 0 || before > c.last() {
		before = c.last() + 1
	}
	if before <= c.first && before > floor+1 {
		c, ok, err = down.seek(before - 1)
	}
	for before > floor+1 {
		if err != nil || !ok || c.first >= before || c.last() < before-1 {
			return orGap(err, before-1)
		}
		if err := out.down(&c, before, floor); err != nil {
			return err
		}
		before = c.first
		c, ok, err = down.next()
	}
	return nil
}

// orGap is err, or the gap when there was none.
func orGap(err error, missing persistence.Seq) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: record %d is missing", persistence.ErrCorrupt, missing)
}
