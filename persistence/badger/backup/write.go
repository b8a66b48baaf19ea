package backup

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// writeBackup writes all keys and values that the transaction sees. It is ErrCorrupt when
// they do not hold all records up to head; proceed ends it with an error.
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

func writeEntries(txn *badgerdb.Txn, out io.Writer, check *consistencyCheck, proceed func() error) error {
	it := database.NewIterator(txn, nil, false)
	defer it.Close()
	var buf []byte
	for it.Rewind(); it.Valid(); it.Next() {
		if err := proceed(); err != nil {
			return err
		}
		item := it.Item()
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

// tally notices what Badger's iterator does not tell: a table it could not read to
// its end. Chunks that are trimmed whole are not counted: they may be gone or not.
type consistencyCheck struct {
	head    persistence.Position
	indexed int
	found   int
	chunks  []layout.Chunk
	trimmed map[string]persistence.Seq
	// pieces counts the parts of each attempt at a large record; their keys come before
	// those of chunks.
	parts map[string]int
}

func (t *consistencyCheck) addTrimMark(stream string, through persistence.Seq, err error) error {
	t.trimmed[stream] = through
	return err
}

func (t *consistencyCheck) addEntry(key, value []byte) error {
	switch {
	case strings.HasPrefix(string(key), layout.RecordPartPrefix):
		t.parts[string(key[:max(0, len(key)-layout.PartNumberSize)])]++
	case strings.HasPrefix(string(key), layout.StreamPrefix):
		return t.addChunk(key, value)
	case strings.HasPrefix(string(key), layout.IndexPrefix):
		c, err := layout.ParseCommit(key, value, t.chunks)
		if err != nil {
			return err
		}
		if c.First != t.head+1 {
			return database.PositionMissing(nil, t.head+1)
		}
		t.head, t.chunks = c.End(), c.Chunks
		for i := range c.Chunks {
			if !t.isTrimmed(&c.Chunks[i]) {
				t.indexed++
			}
		}
	}
	return nil
}

func (t *consistencyCheck) addChunk(key, value []byte) error {
	stream, _, _ := layout.SplitChunkKey(key)
	c, err := layout.ParseChunk(stream, key, value)
	if err != nil || t.isTrimmed(&c) {
		return err
	}
	t.found++
	return t.addLargeRecord(c.Large)
}

// large wants all parts of a large record.
func (t *consistencyCheck) addLargeRecord(l *layout.LargeRecord) error {
	if l == nil {
		return nil
	}
	first := l.PartKey(0)
	if n := t.parts[string(first[:len(first)-layout.PartNumberSize])]; n != l.Parts() {
		return fmt.Errorf("%w: %s record %d has %d parts of %d", persistence.ErrCorrupt, l.Stream, l.Seq, n, l.Parts())
	}
	return nil
}

func (t *consistencyCheck) isTrimmed(c *layout.Chunk) bool { return c.Last() <= t.trimmed[c.Stream] }

func (t *consistencyCheck) finish(head persistence.Position) error {
	if t.head < head {
		return database.PositionMissing(nil, t.head+1)
	}
	if t.indexed != t.found {
		return fmt.Errorf("%w: the index names %d chunks, there are %d", persistence.ErrCorrupt, t.indexed, t.found)
	}
	return nil
}
