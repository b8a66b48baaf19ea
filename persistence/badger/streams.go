package badger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// Streams yields the names of all streams with the prefix, ascending, also of those
// whose records are all trimmed. It steps from stream to stream, not from chunk to
// chunk.
func (j *Journal) Streams(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := j.view(ctx, func(txn *badgerdb.Txn) error {
			return eachStream(txn, prefix, func(stream string) error {
				if err := j.proceed(ctx); err != nil {
					return err
				}
				defer theirs()
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

// eachStream merges the streams that have chunks with those that have a trim mark:
// both kinds of keys are in the order of the names.
func eachStream(txn *badgerdb.Txn, prefix string, f func(stream string) error) error {
	chunks := newIterator(txn, []byte(streamPrefix+prefix), false)
	defer chunks.Close()
	trimmed := newIterator(txn, []byte(markPrefix+prefix), false)
	defer trimmed.Close()
	chunks.Rewind()
	trimmed.Rewind()
	var past []byte
	before := ""
	for chunks.Valid() || trimmed.Valid() {
		stream, err := firstStream(chunks, trimmed)
		if err != nil {
			return err
		}
		if stream <= before {
			return fmt.Errorf("%w: stream %q comes after %q", persistence.ErrCorrupt, stream, before)
		}
		before = stream
		if err := f(stream); err != nil {
			return err
		}
		// Past all chunks of this stream: its keys go on with a zero byte.
		past = append(append(append(past[:0], streamPrefix...), stream...), 1)
		if chunks.Valid() {
			chunks.Seek(past)
		}
		if trimmed.Valid() && string(trimmed.Item().Key()[len(markPrefix):]) == stream {
			trimmed.Next()
		}
	}
	return nil
}

// firstStream is the lesser of the names at the two iterators, of which one is valid.
func firstStream(chunks, trimmed *badgerdb.Iterator) (string, error) {
	marked := ""
	if trimmed.Valid() {
		marked = strings.TrimPrefix(string(trimmed.Item().Key()), markPrefix)
	}
	if !chunks.Valid() {
		return marked, nil
	}
	stream, _, ok := splitChunkKey(chunks.Item().Key())
	if !ok {
		return "", fmt.Errorf("%w: key %q: not a chunk", persistence.ErrCorrupt, chunks.Item().Key())
	}
	if trimmed.Valid() && marked < stream {
		return marked, nil
	}
	return stream, nil
}
