package database

import (
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// withChunk reads a chunk that the index names and holds it against the index.
func ReadIndexedChunk(txn *badgerdb.Txn, want *layout.Chunk, key []byte, f func(*layout.Chunk) error) error {
	value, found, err := Get(txn, key)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("%w: %s record %d is missing", persistence.ErrCorrupt, want.Stream, want.First)
	}
	got, err := layout.ParseChunk(want.Stream, key, value)
	if err != nil {
		return err
	}
	if got.Position != want.Position || got.Count != want.Count || !got.Time.Equal(want.Time) {
		return fmt.Errorf("%w: %s record %d: not where the index has it", persistence.ErrCorrupt, want.Stream, want.First)
	}
	return f(&got)
}

// orMissing is err, or the missing position when there was none.
func OrMissingPosition(err error, p persistence.Position) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: position %d is missing", persistence.ErrCorrupt, p)
}

// commitStart is the first position of the commit that holds the position.
func CommitStart(txn *badgerdb.Txn, p persistence.Position) (persistence.Position, error) {
	down := NewCommitCursor(txn, true)
	defer down.Close()
	c, ok, err := down.Seek(p)
	if err != nil || !ok || c.First > p || c.End() < p {
		return 0, OrMissingPosition(err, p)
	}
	return c.First, nil
}

// orGap is err, or the gap when there was none.
func OrMissingRecord(err error, missing persistence.Seq) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: record %d is missing", persistence.ErrCorrupt, missing)
}
