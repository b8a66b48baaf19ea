package badger

import (
	"context"
	"errors"
	"fmt"
	"iter"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
)

// errStop ends a read whose consumer wants no more.
var errStop = errors.New("enough")

type yieldFunc = func(persistence.Record, error) bool

// Read yields the stream's records after a sequence, in order, as of the call. A gap
// or a checksum that does not fit is yielded last, as ErrCorrupt.
func (j *Journal) Read(ctx context.Context, stream string, after persistence.Seq) iter.Seq2[persistence.Record, error] {
	head, end := j.Head(), j.heads.of(stream)
	return j.iterate(ctx, "read "+stream, func(txn *badgerdb.Txn, out *emitter) error {
		return readStream(txn, stream, after, end, out)
	}, head)
}

// ReadBack yields the stream's records before a sequence, the newest first; before 0
// starts at the end.
func (j *Journal) ReadBack(ctx context.Context, stream string, before persistence.Seq) iter.Seq2[persistence.Record, error] {
	head, end := j.Head(), j.heads.of(stream)
	return j.iterate(ctx, "read back "+stream, func(txn *badgerdb.Txn, out *emitter) error {
		return readStreamBack(txn, stream, before, end, out)
	}, head)
}

// iterate turns a read function into an iterator: it opens and closes the transaction and
// yields the error that the function returns.
func (j *Journal) iterate(ctx context.Context, what string, read func(*badgerdb.Txn, *emitter) error, head persistence.Position) iter.Seq2[persistence.Record, error] {
	return func(yield func(persistence.Record, error) bool) {
		out := j.newEmitter(ctx, head, yield)
		err := j.db.view(ctx, func(txn *badgerdb.Txn) error {
			out.txn = txn
			return read(txn, out)
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(persistence.Record{}, fmt.Errorf("%s: %w", what, err))
		}
	}
}

// readStream finds the newest chunk, which says where the stream ends and is often the
// only one wanted, and then goes up from the chunk that holds after+1. Of a stream that
// ends before end, nothing is read.
func readStream(txn *badgerdb.Txn, stream string, after, end persistence.Seq, out *emitter) error {
	trimmed := out.marks.through(stream)
	after = max(after, trimmed)
	down := database.NewChunkCursor(txn, stream, true)
	defer down.Close()
	c, ok, err := down.NewestReaching(trimmed, end)
	if !ok || err != nil || c.Last() <= after {
		return err
	}
	last := c.Last()
	if c.First <= after+1 {
		return out.ascending(&c, after)
	}
	first := persistence.Seq(1)
	if after > 0 {
		if c, ok, err = down.Seek(after + 1); err != nil || !ok || c.First > after+1 {
			return database.RecordMissing(err, after+1)
		}
		first = c.First
	}
	return readUp(txn, stream, first, after, last, out)
}

// readUp yields the chunks from first to last; a gap is ErrCorrupt.
func readUp(txn *badgerdb.Txn, stream string, first, after, last persistence.Seq, out *emitter) error {
	up := database.NewChunkCursor(txn, stream, false)
	defer up.Close()
	c, ok, err := up.Seek(first)
	for next := first; next <= last; c, ok, err = up.Next() {
		if err != nil || !ok || c.First != next {
			return database.RecordMissing(err, next)
		}
		if err := out.ascending(&c, after); err != nil {
			return err
		}
		next = c.Last() + 1
	}
	return err
}

func readStreamBack(txn *badgerdb.Txn, stream string, before, end persistence.Seq, out *emitter) error {
	floor := out.marks.through(stream)
	down := database.NewChunkCursor(txn, stream, true)
	defer down.Close()
	c, ok, err := down.NewestReaching(floor, end)
	if !ok || err != nil {
		return err
	}
	if before == 0 || before > c.Last() {
		before = c.Last() + 1
	}
	if before <= c.First && before > floor+1 {
		c, ok, err = down.Seek(before - 1)
	}
	for before > floor+1 {
		if err != nil || !ok || c.First >= before || c.Last() < before-1 {
			return database.RecordMissing(err, before-1)
		}
		if err := out.descending(&c, before, floor); err != nil {
			return err
		}
		before = c.First
		c, ok, err = down.Next()
	}
	return nil
}
