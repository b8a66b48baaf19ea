package database

import (
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// ReadIndexedChunk reads a chunk that the index names, compares it with the index, and
// passes it to f.
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

// PositionMissing is err, or ErrCorrupt that names a missing position when err is nil.
func PositionMissing(err error, p persistence.Position) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: position %d is missing", persistence.ErrCorrupt, p)
}

// CommitStart is the first position of the commit that holds the position.
func CommitStart(txn *badgerdb.Txn, p persistence.Position) (persistence.Position, error) {
	down := NewCommitCursor(txn, true)
	defer down.Close()
	c, ok, err := down.Seek(p)
	if err != nil || !ok || c.First > p || c.End() < p {
		return 0, PositionMissing(err, p)
	}
	return c.First, nil
}

// RecordMissing is err, or ErrCorrupt that names a missing record when err is nil.
func RecordMissing(err error, missing persistence.Seq) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: record %d is missing", persistence.ErrCorrupt, missing)
}
