package badger

import (
	"context"
	"errors"
	"fmt"
	"iter"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// Streams yields the names of all streams with the prefix, ascending. It steps from
// stream to stream, not from chunk to chunk.
func (j *Journal) Streams(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := j.view(ctx, func(txn *badgerdb.Txn) error {
			return eachStream(txn, prefix, func(stream string) error {
				if err := j.proceed(ctx); err != nil {
					return err
				}
				if !yield(stream, nil) {
					return errEnough
				}
				return nil
			})
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield("", fmt.Errorf("streams %q: %w", prefix, err))
		}
	}
}

func eachStream(txn *badgerdb.Txn, prefix string, f func(stream string) error) error {
	it := newIterator(txn, []byte(streamPrefix+prefix), false)
	defer it.Close()
	var next []byte
	for it.Rewind(); it.Valid(); it.Seek(next) {
		stream, _, ok := splitChunkKey(it.Item().Key())
		if !ok {
			return fmt.Errorf("%w: key %q: not a chunk", persistence.ErrCorrupt, it.Item().Key())
		}
		if err := f(stream); err != nil {
			return err
		}
		// Past all chunks of this stream: its keys go on with a zero byte.
		next = append(append(append(next[:0], streamPrefix...), stream...), 1)
	}
	return nil
}
