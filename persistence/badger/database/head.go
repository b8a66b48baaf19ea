package database

import (
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// LastSeq is the last sequence of the stream's newest chunk, or the trim mark where all
// chunks are deleted; 0 for an unknown stream.
func LastSeq(txn *badgerdb.Txn, stream string) (persistence.Seq, error) {
	s := NewChunkCursor(txn, stream, true)
	defer s.Close()
	c, ok, err := s.seekLast()
	if err != nil {
		return 0, err
	}
	if !ok {
		return readTrimMark(txn, stream)
	}
	return c.Last(), nil
}

// LastCommit is the newest index entry; ok is false in an empty journal.
func LastCommit(txn *badgerdb.Txn) (layout.Commit, bool, error) {
	s := NewCommitCursor(txn, true)
	defer s.Close()
	return s.Seek(layout.MaxPosition)
}

// CheckHead is ErrCorrupt when a stream that once had records up to end now ends at last.
func CheckHead(last, end persistence.Seq) error {
	if last >= end {
		return nil
	}
	return fmt.Errorf("%w: records %d to %d are missing", persistence.ErrCorrupt, last+1, end)
}
