package database

import (
	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// ChunkCursor goes over the chunks of one stream, up or down. A chunk is valid until the
// next step.
type ChunkCursor struct {
	Iter   *badgerdb.Iterator
	stream string
	key    []byte
}

// NewChunkCursor is a cursor that is not yet on a chunk. Close it before the transaction
// ends.
func NewChunkCursor(txn *badgerdb.Txn, stream string, down bool) *ChunkCursor {
	prefix := layout.AppendStreamPrefix(nil, stream)
	return &ChunkCursor{Iter: NewIterator(txn, prefix, down), stream: stream, key: prefix}
}

// Close ends the cursor.
func (s *ChunkCursor) Close() { s.Iter.Close() }

// Seek goes to the chunk with the first sequence, or the nearest one in the direction of
// the cursor; ok is false when there is none.
func (s *ChunkCursor) Seek(first persistence.Seq) (layout.Chunk, bool, error) {
	s.Iter.Seek(layout.AppendChunkKey(s.key[:0], s.stream, first))
	return s.Chunk()
}

// seekLast goes to the stream's newest chunk, when the cursor goes down.
func (s *ChunkCursor) seekLast() (layout.Chunk, bool, error) { return s.Seek(layout.MaxSeq) }

// NewestReaching goes to the newest chunk of a stream that is trimmed through a sequence,
// when the cursor goes down. It is ErrCorrupt when the stream ends before end, the last
// sequence that it once had.
func (s *ChunkCursor) NewestReaching(through, end persistence.Seq) (layout.Chunk, bool, error) {
	c, ok, err := s.seekLast()
	if err != nil {
		return c, false, err
	}
	last := through
	if ok {
		last = max(last, c.Last())
	}
	if err := CheckHead(last, end); err != nil {
		return c, false, err
	}
	return c, ok, nil
}

// Next goes to the next chunk in the direction of the cursor.
func (s *ChunkCursor) Next() (layout.Chunk, bool, error) {
	s.Iter.Next()
	return s.Chunk()
}

// Chunk parses the chunk that the cursor is on.
func (s *ChunkCursor) Chunk() (c layout.Chunk, ok bool, err error) {
	if !s.Iter.Valid() {
		return layout.Chunk{}, false, nil
	}
	item := s.Iter.Item()
	err = item.Value(func(value []byte) error {
		// The bytes stay valid until the iterator moves.
		c, err = layout.ParseChunk(s.stream, item.Key(), value)
		return err
	})
	return c, err == nil, err
}

// CommitCursor goes over the index, up or down. A commit is valid until the next step.
type CommitCursor struct {
	Iter   *badgerdb.Iterator
	chunks []layout.Chunk
}

// NewCommitCursor is a cursor that is not yet on a commit. Close it before the transaction
// ends.
func NewCommitCursor(txn *badgerdb.Txn, down bool) *CommitCursor {
	return &CommitCursor{Iter: NewIterator(txn, []byte(layout.IndexPrefix), down)}
}

// Close ends the cursor.
func (s *CommitCursor) Close() { s.Iter.Close() }

// Seek goes to the commit that begins at the position, or the nearest one in the direction
// of the cursor; ok is false when there is none.
func (s *CommitCursor) Seek(first persistence.Position) (layout.Commit, bool, error) {
	s.Iter.Seek(layout.AppendIndexKey(nil, first))
	return s.Commit()
}

// Next goes to the next commit in the direction of the cursor.
func (s *CommitCursor) Next() (layout.Commit, bool, error) {
	s.Iter.Next()
	return s.Commit()
}

// Commit parses the index entry that the cursor is on.
func (s *CommitCursor) Commit() (c layout.Commit, ok bool, err error) {
	if !s.Iter.Valid() {
		return layout.Commit{}, false, nil
	}
	item := s.Iter.Item()
	err = item.Value(func(value []byte) error {
		c, err = layout.ParseCommit(item.Key(), value, s.chunks)
		return err
	})
	s.chunks = c.Chunks
	return c, err == nil, err
}

// NewIterator iterates over keys and reads values only when asked to: they lie beside
// their keys, so fetching ahead would only copy what may not be wanted.
func NewIterator(txn *badgerdb.Txn, prefix []byte, down bool) *badgerdb.Iterator {
	return txn.NewIterator(badgerdb.IteratorOptions{Prefix: prefix, Reverse: down})
}
