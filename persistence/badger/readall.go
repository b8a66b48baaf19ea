package badger

import (
	"context"
	"errors"
	"fmt"
	"iter"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// ReadAll yields the records of all streams after a position, in the global order,
// up to the head as of the call. A chunk that does not check is yielded last, as
// *persistence.Damage. From a position in the tail on it does not touch the database.
func (j *Journal) ReadAll(ctx context.Context, after persistence.Position) iter.Seq2[persistence.Record, error] {
	head := j.Head()
	if after >= head || j.tail.find(after+1) == nil {
		return j.records(ctx, "read all", func(txn *badgerdb.Txn, out *output) error {
			return readAll(txn, after, out)
		}, head)
	}
	return func(yield func(persistence.Record, error) bool) {
		out := &output{journal: j, ctx: ctx, head: head, yield: yield}
		after, err := j.readTail(after, out)
		if err == nil && after < head {
			// The consumer was slower than the tail moves on.
			err = j.view(ctx, func(txn *badgerdb.Txn) error {
				out.txn = txn
				return readAll(txn, after, out)
			})
		}
		if err != nil && !errors.Is(err, errEnough) {
			yield(persistence.Record{}, fmt.Errorf("read all: %w", err))
		}
	}
}

// readTail yields what the tail holds after the position, and returns how far it came.
func (j *Journal) readTail(after persistence.Position, out *output) (persistence.Position, error) {
	for after < out.head {
		b := j.tail.find(after + 1)
		if b == nil {
			return after, nil
		}
		for i := range b.chunks {
			if b.chunks[i].end() <= after {
				continue
			}
			if err := out.from(&b.chunks[i], after); err != nil {
				return after, err
			}
		}
		after = b.end()
	}
	return after, nil
}

// readAll goes up the index from the commit that holds after+1 and gets the chunks
// one by one.
func readAll(txn *badgerdb.Txn, after persistence.Position, out *output) error {
	if after >= out.head {
		return nil
	}
	start, err := commitStart(txn, after+1)
	if err != nil {
		return err
	}
	up := newIndexScan(txn, false)
	defer up.close()
	var key []byte
	c, ok, err := up.seek(start)
	for next := start; next <= out.head; c, ok, err = up.next() {
		if err != nil || !ok || c.first != next {
			return orMissing(err, next)
		}
		if key, err = readCommit(txn, &c, after, out, key); err != nil {
			return err
		}
		next = c.end() + 1
	}
	return nil
}

// commitStart is the first position of the commit that holds the position.
func commitStart(txn *badgerdb.Txn, p persistence.Position) (persistence.Position, error) {
	down := newIndexScan(txn, true)
	defer down.close()
	c, ok, err := down.seek(p)
	if err != nil || !ok || c.first > p || c.end() < p {
		return 0, orMissing(err, p)
	}
	return c.first, nil
}

func readCommit(txn *badgerdb.Txn, c *commit, after persistence.Position, out *output, key []byte) ([]byte, error) {
	for i := range c.chunks {
		want := &c.chunks[i]
		// What is trimmed whole is not looked for: it may be gone.
		if want.end() <= after || want.last() <= out.trimmed(want.stream) {
			continue
		}
		key = appendChunkKey(key[:0], want.stream, want.first)
		err := withChunk(txn, want, key, func(got *chunk) error { return out.from(got, after) })
		if errors.Is(err, persistence.ErrCorrupt) {
			return key, damageOf(want, err)
		}
		if err != nil {
			return key, err
		}
	}
	return key, nil
}

// damageOf tells the places of a chunk from the index, which is whole.
func damageOf(c *chunk, err error) error {
	return &persistence.Damage{
		Stream: c.stream, First: c.first, Last: c.last(), FirstPosition: c.position, LastPosition: c.end(), Err: err,
	}
}

// withChunk reads a chunk that the index names and holds it against the index.
func withChunk(txn *badgerdb.Txn, want *chunk, key []byte, f func(*chunk) error) error {
	value, found, err := get(txn, key)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("%w: %s record %d is missing", persistence.ErrCorrupt, want.stream, want.first)
	}
	got, err := parseChunk(want.stream, key, value)
	if err != nil {
		return err
	}
	if got.position != want.position || got.count != want.count || !got.time.Equal(want.time) {
		return fmt.Errorf("%w: %s record %d: not where the index has it", persistence.ErrCorrupt, want.stream, want.first)
	}
	return f(&got)
}

// orMissing is err, or the missing position when there was none.
func orMissing(err error, p persistence.Position) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: position %d is missing", persistence.ErrCorrupt, p)
}
