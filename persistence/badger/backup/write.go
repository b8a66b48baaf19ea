package backup

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// Write writes all keys and values that the transaction sees. It is ErrCorrupt when they
// do not hold all records up to head; proceed ends it with an error.
func Write(txn *badgerdb.Txn, w io.Writer, head persistence.Position, proceed func() error) error {
	frames, err := newFrameWriter(w)
	if err != nil {
		return err
	}
	check := consistencyCheck{trimmed: map[string]persistence.Seq{}, parts: map[string]int{}}
	if err := database.EachTrimMark(txn, check.addTrimMark); err != nil {
		return err
	}
	out := bufio.NewWriterSize(frames, frameBytes)
	if err := writeEntries(txn, out, &check, proceed); err != nil {
		return err
	}
	if err := check.finish(head); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return frames.finish()
}

// endOfTables is above all keys of tables and below all others that follow them.
var endOfTables = []byte{layout.TablePrefix[0], layout.TablePrefix[1] + 1}

func writeEntries(txn *badgerdb.Txn, out io.Writer, check *consistencyCheck, proceed func() error) error {
	it := database.NewIterator(txn, nil, false)
	defer it.Close()
	var buf []byte
	for it.Rewind(); it.Valid(); it.Next() {
		if err := proceed(); err != nil {
			return err
		}
		item := it.Item()
		if bytes.HasPrefix(item.Key(), []byte(layout.TablePrefix)) {
			it.Seek(endOfTables) // tables are derived from records, and derived again
			if !it.Valid() {
				break
			}
			item = it.Item()
		}
		err := item.Value(func(value []byte) error {
			buf = appendEntry(buf[:0], item.Key(), value, item.ExpiresAt())
			if _, err := out.Write(buf); err != nil {
				return err
			}
			return check.addEntry(item.Key(), value)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// consistencyCheck compares the index with the chunks that were written to the backup. It
// counts in the pass that writes: what it finds is a table that Badger's iterator could
// not read to its end, which the iterator does not report. Chunks that are trimmed whole
// are not counted: they may be deleted or not.
type consistencyCheck struct {
	head    persistence.Position
	indexed int
	found   int
	chunks  []layout.Chunk
	trimmed map[string]persistence.Seq
	// parts counts the parts of each attempt at a large record; their keys come before
	// those of chunks.
	parts map[string]int
}

func (s *consistencyCheck) addTrimMark(stream string, through persistence.Seq, err error) error {
	s.trimmed[stream] = through
	return err
}

func (s *consistencyCheck) addEntry(key, value []byte) error {
	switch {
	case strings.HasPrefix(string(key), layout.RecordPartPrefix):
		s.parts[string(key[:max(0, len(key)-layout.PartNumberSize)])]++
	case strings.HasPrefix(string(key), layout.StreamPrefix):
		return s.addChunk(key, value)
	case strings.HasPrefix(string(key), layout.IndexPrefix):
		c, err := layout.ParseCommit(key, value, s.chunks)
		if err != nil {
			return err
		}
		if c.First != s.head+1 {
			return database.PositionMissing(nil, s.head+1)
		}
		s.head, s.chunks = c.End(), c.Chunks
		for i := range c.Chunks {
			if !s.isTrimmed(&c.Chunks[i]) {
				s.indexed++
			}
		}
	}
	return nil
}

func (s *consistencyCheck) addChunk(key, value []byte) error {
	stream, _, _ := layout.SplitChunkKey(key)
	c, err := layout.ParseChunk(stream, key, value)
	if err != nil || s.isTrimmed(&c) {
		return err
	}
	s.found++
	return s.addLargeRecord(c.Large)
}

// addLargeRecord wants all parts of a large record.
func (s *consistencyCheck) addLargeRecord(l *layout.LargeRecord) error {
	if l == nil {
		return nil
	}
	first := l.PartKey(0)
	if n := s.parts[string(first[:len(first)-layout.PartNumberSize])]; n != l.Parts() {
		return fmt.Errorf("%w: %s record %d has %d parts of %d", persistence.ErrCorrupt, l.Stream, l.Seq, n, l.Parts())
	}
	return nil
}

func (s *consistencyCheck) isTrimmed(c *layout.Chunk) bool { return c.Last() <= s.trimmed[c.Stream] }

func (s *consistencyCheck) finish(head persistence.Position) error {
	if s.head < head {
		return database.PositionMissing(nil, s.head+1)
	}
	if s.indexed != s.found {
		return fmt.Errorf("%w: the index names %d chunks, there are %d", persistence.ErrCorrupt, s.indexed, s.found)
	}
	return nil
}
