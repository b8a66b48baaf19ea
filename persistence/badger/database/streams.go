package database

import (
	"fmt"
	"strings"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// EachStream calls f with the name of every stream with the prefix, ascending. It merges
// the streams that have chunks with those that have a trim mark: both kinds of keys are in
// the order of the names. It steps from stream to stream, not from chunk to chunk.
func EachStream(txn *badgerdb.Txn, prefix string, f func(stream string) error) error {
	chunks := NewIterator(txn, []byte(layout.StreamPrefix+prefix), false)
	defer chunks.Close()
	trimmed := NewIterator(txn, []byte(layout.TrimMarkPrefix+prefix), false)
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
		past = append(append(append(past[:0], layout.StreamPrefix...), stream...), 1)
		if chunks.Valid() {
			chunks.Seek(past)
		}
		if trimmed.Valid() && string(trimmed.Item().Key()[len(layout.TrimMarkPrefix):]) == stream {
			trimmed.Next()
		}
	}
	return nil
}

// firstStream is the lesser of the names at the two iterators, of which one is valid.
func firstStream(chunks, trimmed *badgerdb.Iterator) (string, error) {
	marked := ""
	if trimmed.Valid() {
		marked = strings.TrimPrefix(string(trimmed.Item().Key()), layout.TrimMarkPrefix)
	}
	if !chunks.Valid() {
		return marked, nil
	}
	stream, _, ok := layout.SplitChunkKey(chunks.Item().Key())
	if !ok {
		return "", fmt.Errorf("%w: key %q: not a chunk", persistence.ErrCorrupt, chunks.Item().Key())
	}
	if trimmed.Valid() && marked < stream {
		return marked, nil
	}
	return stream, nil
}
