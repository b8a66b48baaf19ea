package badger

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// Backup writes the whole journal as of now: records, memos and snapshots. Appends
// go on meanwhile. What was written to w is a backup only when the error is nil;
// Restore refuses anything less. It is ErrCorrupt when index and chunks do not add
// up: Verify says why.
//
// Badger's own backup is not used: it reads with several transactions that begin at
// different moments, and may hold half a gigabyte for a slow writer.
func (j *Journal) Backup(ctx context.Context, w io.Writer) error {
	head := j.Head()
	err := j.view(ctx, func(txn *badgerdb.Txn) error {
		return j.backup(ctx, txn, w, head)
	})
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

func (j *Journal) backup(ctx context.Context, txn *badgerdb.Txn, w io.Writer, head persistence.Position) error {
	frames, err := newFrameWriter(w)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(frames, frameBytes)
	it := newIterator(txn, nil, false)
	defer it.Close()
	sum := tally{trimmed: map[string]persistence.Seq{}, pieces: map[string]int{}}
	if err := eachMark(txn, sum.mark); err != nil {
		return err
	}
	var line []byte
	for it.Rewind(); it.Valid(); it.Next() {
		if err := j.proceed(ctx); err != nil {
			return err
		}
		item := it.Item()
		err := item.Value(func(value []byte) error {
			line = appendEntry(line[:0], item.Key(), value, item.ExpiresAt())
			if _, err := out.Write(line); err != nil {
				return err
			}
			return sum.count(item.Key(), value)
		})
		if err != nil {
			return err
		}
	}
	if err := sum.check(head); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return frames.finish()
}

// appendEntry is one key in a backup: its expiry in Unix seconds or 0, key and value
// behind their lengths, all numbers as uvarints.
func appendEntry(b, key, value []byte, expires uint64) []byte {
	b = binary.AppendUvarint(b, expires)
	b = append(binary.AppendUvarint(b, uint64(len(key))), key...)
	return append(binary.AppendUvarint(b, uint64(len(value))), value...)
}

// tally notices what Badger's iterator does not tell: a table it could not read to
// its end. Chunks that are trimmed whole are not counted: they may be gone or not.
type tally struct {
	head    persistence.Position
	named   int
	found   int
	chunks  []chunk
	trimmed map[string]persistence.Seq
	// pieces counts the parts of each attempt at a large record; their keys come before
	// those of chunks.
	pieces map[string]int
}

func (t *tally) mark(stream string, through persistence.Seq, err error) error {
	t.trimmed[stream] = through
	return err
}

func (t *tally) count(key, value []byte) error {
	switch {
	case strings.HasPrefix(string(key), piecePrefix):
		t.pieces[string(key[:max(0, len(key)-partNumberSize)])]++
	case strings.HasPrefix(string(key), streamPrefix):
		return t.chunk(key, value)
	case strings.HasPrefix(string(key), indexPrefix):
		c, err := parseCommit(key, value, t.chunks)
		if err != nil {
			return err
		}
		if c.first != t.head+1 {
			return orMissing(nil, t.head+1)
		}
		t.head, t.chunks = c.end(), c.chunks
		for i := range c.chunks {
			if !t.passed(&c.chunks[i]) {
				t.named++
			}
		}
	}
	return nil
}

func (t *tally) chunk(key, value []byte) error {
	stream, _, _ := splitChunkKey(key)
	c, err := parseChunk(stream, key, value)
	if err != nil || t.passed(&c) {
		return err
	}
	t.found++
	return t.large(c.large)
}

// large wants all parts of a large record.
func (t *tally) large(l *large) error {
	if l == nil {
		return nil
	}
	first := l.pieceKey(0)
	if n := t.pieces[string(first[:len(first)-partNumberSize])]; n != l.pieces() {
		return fmt.Errorf("%w: %s record %d has %d parts of %d", persistence.ErrCorrupt, l.stream, l.seq, n, l.pieces())
	}
	return nil
}

func (t *tally) passed(c *chunk) bool { return c.last() <= t.trimmed[c.stream] }

func (t *tally) check(head persistence.Position) error {
	if t.head < head {
		return orMissing(nil, t.head+1)
	}
	if t.named != t.found {
		return fmt.Errorf("%w: the index names %d chunks, there are %d", persistence.ErrCorrupt, t.named, t.found)
	}
	return nil
}
