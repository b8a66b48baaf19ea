package database

import (
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// lastSeq is that of the newest chunk, or the trim mark where all chunks are gone.
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

func LastCommit(txn *badgerdb.Txn) (layout.Commit, bool, error) {
	s := NewCommitCursor(txn, true)
	defer s.Close()
	return s.Seek(layout.MaxPosition)
}

// reached is ErrCorrupt when a stream that was once at end is found to be at last.
func CheckHead(last, end persistence.Seq) error {
	if last >= end {
		return nil
	}
	return fmt.Errorf("%w: records %d to %d are missing", persistence.ErrCorrupt, last+1, end)
}
