package database

import (
	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// scan goes over the chunks of one stream, up or down. A chunk is valid until the
// next step.
type chunkCursor struct {
	Iter   *badgerdb.Iterator
	stream string
	key    []byte
}

func NewChunkCursor(txn *badgerdb.Txn, stream string, down bool) *chunkCursor {
	prefix := layout.AppendStreamPrefix(nil, stream)
	return &chunkCursor{Iter: NewIterator(txn, prefix, down), stream: stream, key: prefix}
}

func (s *chunkCursor) Close() { s.Iter.Close() }

// seek goes to the chunk with the first sequence, or the nearest one in the
// direction of the scan.
func (s *chunkCursor) Seek(first persistence.Seq) (layout.Chunk, bool, error) {
	s.Iter.Seek(layout.AppendChunkKey(s.key[:0], s.stream, first))
	return s.Chunk()
}

// seekEnd goes to the stream's newest chunk, when the scan goes down.
func (s *chunkCursor) seekLast() (layout.Chunk, bool, error) { return s.Seek(layout.MaxSeq) }

// newest is seekEnd of a stream that is trimmed through a sequence. It is ErrCorrupt when
// the stream does not reach the end that it once had.
func (s *chunkCursor) NewestReaching(through, end persistence.Seq) (layout.Chunk, bool, error) {
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

func (s *chunkCursor) Next() (layout.Chunk, bool, error) {
	s.Iter.Next()
	return s.Chunk()
}

func (s *chunkCursor) Chunk() (c layout.Chunk, ok bool, err error) {
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

// indexScan goes over the commits, up or down. A commit is valid until the next step.
type commitCursor struct {
	Iter   *badgerdb.Iterator
	chunks []layout.Chunk
}

func NewCommitCursor(txn *badgerdb.Txn, down bool) *commitCursor {
	return &commitCursor{Iter: NewIterator(txn, []byte(layout.IndexPrefix), down)}
}

func (s *commitCursor) Close() { s.Iter.Close() }

// seek goes to the commit that begins at the position, or the nearest one in the
// direction of the scan.
func (s *commitCursor) Seek(first persistence.Position) (layout.Commit, bool, error) {
	s.Iter.Seek(layout.AppendIndexKey(nil, first))
	return s.Commit()
}

func (s *commitCursor) Next() (layout.Commit, bool, error) {
	s.Iter.Next()
	return s.Commit()
}

func (s *commitCursor) Commit() (c layout.Commit, ok bool, err error) {
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

// newIterator reads values only where it is asked to: they lie beside their keys,
// so fetching ahead would only copy what may not be wanted.
func NewIterator(txn *badgerdb.Txn, prefix []byte, down bool) *badgerdb.Iterator {
	return txn.NewIterator(badgerdb.IteratorOptions{Prefix: prefix, Reverse: down})
}
