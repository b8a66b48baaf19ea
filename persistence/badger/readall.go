package badger

import (
	"context"
	"errors"
	"fmt"
	"iter"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// ReadAll yields the records of all streams after a position, in the global order,
// up to the head as of the call. A chunk that does not check is yielded last, as
// *persistence.Damage. From a position in the tail on it does not touch the database.
func (j *Journal) ReadAll(ctx context.Context, after persistence.Position) iter.Seq2[persistence.Record, error] {
	head := j.Head()
	if after >= head || j.tail.find(after+1) == nil {
		return j.iterate(ctx, "read all", func(txn *badgerdb.Txn, out *emitter) error {
			return readAll(txn, after, out)
		}, head)
	}
	return func(yield func(persistence.Record, error) bool) {
		out := j.newEmitter(ctx, head, yield)
		after, err := j.readTail(after, out)
		if err == nil && after < head {
			// The consumer was slower than the tail moves on.
			err = j.db.view(ctx, func(txn *badgerdb.Txn) error {
				out.txn = txn
				return readAll(txn, after, out)
			})
		}
		if err != nil && !errors.Is(err, errStop) {
			yield(persistence.Record{}, fmt.Errorf("read all: %w", err))
		}
	}
}

// readTail yields what the tail holds after the position, and returns how far it came.
func (j *Journal) readTail(after persistence.Position, out *emitter) (persistence.Position, error) {
	for after < out.head {
		b := j.tail.find(after + 1)
		if b == nil {
			return after, nil
		}
		for i := range b.chunks {
			if b.chunks[i].End() <= after {
				continue
			}
			if err := out.afterPosition(&b.chunks[i], after); err != nil {
				return after, err
			}
		}
		after = b.end()
	}
	return after, nil
}

// readAll goes up the index from the commit that holds after+1 and reads the chunks one by
// one.
func readAll(txn *badgerdb.Txn, after persistence.Position, out *emitter) error {
	if after >= out.head {
		return nil
	}
	start, err := database.CommitStart(txn, after+1)
	if err != nil {
		return err
	}
	up := database.NewCommitCursor(txn, false)
	defer up.Close()
	var key []byte
	c, ok, err := up.Seek(start)
	for next := start; next <= out.head; c, ok, err = up.Next() {
		if err != nil || !ok || c.First != next {
			return database.PositionMissing(err, next)
		}
		if key, err = readCommit(txn, &c, after, out, key); err != nil {
			return err
		}
		next = c.End() + 1
	}
	return nil
}

func readCommit(txn *badgerdb.Txn, c *layout.Commit, after persistence.Position, out *emitter, key []byte) ([]byte, error) {
	for i := range c.Chunks {
		want := &c.Chunks[i]
		// What is trimmed whole is not looked for: it may be gone.
		if want.End() <= after || want.Last() <= out.trimmedThrough(want.Stream) {
			continue
		}
		key = layout.AppendChunkKey(key[:0], want.Stream, want.First)
		err := database.ReadIndexedChunk(txn, want, key, func(got *layout.Chunk) error { return out.afterPosition(got, after) })
		if errors.Is(err, persistence.ErrCorrupt) {
			return key, damageAt(want, err)
		}
		if err != nil {
			return key, err
		}
	}
	return key, nil
}

// damageAt is the damage of a chunk, with the chunk's place from the index, which is
// whole.
func damageAt(c *layout.Chunk, err error) error {
	return &persistence.Damage{
		Stream: c.Stream, First: c.First, Last: c.Last(), FirstPosition: c.Position, LastPosition: c.End(), Err: err,
	}
}
