package badger

import (
	"math"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

const (
	maxSeq      persistence.Seq      = math.MaxUint64
	maxPosition persistence.Position = math.MaxUint64
)

// scan goes over the chunks of one stream, up or down. A chunk is valid until the
// next step.
type scan struct {
	it     *badgerdb.Iterator
	stream string
	key    []byte
}

func newScan(txn *badgerdb.Txn, stream string, down bool) *scan {
	prefix := appendStreamPrefix(nil, stream)
	return &scan{it: newIterator(txn, prefix, down), stream: stream, key: prefix}
}

func (s *scan) close() { s.it.Close() }

// seek goes to the chunk with the first sequence, or the nearest one in the
// direction of the scan.
func (s *scan) seek(first persistence.Seq) (chunk, bool, error) {
	s.it.Seek(appendChunkKey(s.key[:0], s.stream, first))
	return s.chunk()
}

// seekEnd goes to the stream's newest chunk, when the scan goes down.
func (s *scan) seekEnd() (chunk, bool, error) { return s.seek(maxSeq) }

// newest is seekEnd of a stream that is trimmed through a sequence. It is ErrCorrupt when
// the stream does not reach the end that it once had.
func (s *scan) newest(through, end persistence.Seq) (chunk, bool, error) {
	c, ok, err := s.seekEnd()
	if err != nil {
		return c, false, err
	}
	last := through
	if ok {
		last = max(last, c.last())
	}
	if err := reached(last, end); err != nil {
		return c, false, err
	}
	return c, ok, nil
}

func (s *scan) next() (chunk, bool, error) {
	s.it.Next()
	return s.chunk()
}

func (s *scan) chunk() (c chunk, ok bool, err error) {
	if !s.it.Valid() {
		return chunk{}, false, nil
	}
	item := s.it.Item()
	err = item.Value(func(value []byte) error {
		// The bytes stay valid until the iterator moves.
		c, err = parseChunk(s.stream, item.Key(), value)
		return err
	})
	return c, err == nil, err
}

// indexScan goes over the commits, up or down. A commit is valid until the next step.
type indexScan struct {
	it     *badgerdb.Iterator
	chunks []chunk
}

func newIndexScan(txn *badgerdb.Txn, down bool) *indexScan {
	return &indexScan{it: newIterator(txn, []byte(indexPrefix), down)}
}

func (s *indexScan) close() { s.it.Close() }

// seek goes to the commit that begins at the position, or the nearest one in the
// direction of the scan.
func (s *indexScan) seek(first persistence.Position) (commit, bool, error) {
	s.it.Seek(appendIndexKey(nil, first))
	return s.commit()
}

func (s *indexScan) next() (commit, bool, error) {
	s.it.Next()
	return s.commit()
}

func (s *indexScan) commit() (c commit, ok bool, err error) {
	if !s.it.Valid() {
		return commit{}, false, nil
	}
	item := s.it.Item()
	err = item.Value(func(value []byte) error {
		c, err = parseCommit(item.Key(), value, s.chunks)
		return err
	})
	s.chunks = c.chunks
	return c, err == nil, err
}

// newIterator reads values only where it is asked to: they lie beside their keys,
// so fetching ahead would only copy what may not be wanted.
func newIterator(txn *badgerdb.Txn, prefix []byte, down bool) *badgerdb.Iterator {
	return txn.NewIterator(badgerdb.IteratorOptions{Prefix: prefix, Reverse: down})
}
