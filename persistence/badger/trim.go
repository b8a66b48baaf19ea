package badger

import (
	"bytes"
	"context"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// Trim deletes the stream's records up to a sequence; see persistence.Journal. The trim
// mark is written first: from then on no read yields them. Chunks that are trimmed whole
// are deleted after that; a chunk that is trimmed in part is written anew with the trimmed
// records empty. A Trim that was cut off in between is finished by the next one of that
// stream.
//
// The index goes on naming what is deleted: without a line for each position it could not
// tell a trim from damage. Badger frees the space when it compacts.
func (j *Journal) Trim(ctx context.Context, stream string, through persistence.Seq) error {
	if err := j.trimmer.trim(ctx, stream, through); err != nil {
		return fmt.Errorf("trim %s: %w", stream, err)
	}
	return nil
}

// trimmer deletes the records of streams up to their trim marks.
type trimmer struct {
	db    *guardedDB
	marks *trimMarks
	// last is Journal.Last.
	last func(ctx context.Context, stream string) (persistence.Seq, error)
	// deleted is told of the bytes of deleted chunks.
	deleted func(bytes int64)
	// running lets one trim through at a time: two on one stream would both have to move
	// its mark.
	running chan struct{}
}

func (t *trimmer) trim(ctx context.Context, stream string, through persistence.Seq) error {
	if err := persistence.CheckStream(stream); err != nil {
		return err
	}
	if err := t.db.usage.acquire(); err != nil {
		return err
	}
	defer t.db.usage.release()
	select {
	case t.running <- struct{}{}:
		defer func() { <-t.running }()
	case <-ctx.Done():
		return ctx.Err()
	}
	through, err := t.advanceTrimMark(ctx, stream, through)
	if err != nil || through == 0 {
		return err
	}
	if err := t.deleteChunks(ctx, stream, through); err != nil {
		return err
	}
	if err := t.deleteTrimmedParts(ctx, stream, through); err != nil {
		return err
	}
	return t.blankSharedChunk(ctx, stream, through)
}

// advanceTrimMark moves the stream's trim mark, which never goes back, and returns where
// it is.
func (t *trimmer) advanceTrimMark(ctx context.Context, stream string, through persistence.Seq) (persistence.Seq, error) {
	last, err := t.last(ctx, stream)
	if err != nil {
		return 0, err
	}
	through = min(through, last)
	if marked := t.marks.through(stream); through <= marked {
		return marked, nil
	}
	key := layout.TrimMarkKey(stream)
	err = t.db.update(ctx, func(c *database.WriteTxn) error { return c.Set(key, layout.EncodeTrimMark(key, through)) })
	if err != nil {
		return 0, err
	}
	t.marks.set(stream, through)
	return through, nil
}

// deleteChunks deletes the chunks that are trimmed whole, the oldest first, in several
// transactions: the committer waits for one of them at most.
func (t *trimmer) deleteChunks(ctx context.Context, stream string, through persistence.Seq) error {
	bytes := int64(0)
	find := func() (keys [][]byte, err error) {
		keys, bytes, err = t.trimmedChunks(ctx, stream, through)
		return keys, err
	}
	return database.DeleteKeys(find, func(f func(*database.WriteTxn) error) error {
		err := t.db.update(ctx, f)
		if err == nil {
			t.deleted(bytes)
		}
		return err
	})
}

// trimmedChunks finds the keys of as many chunks as one transaction deletes, and their bytes. A
// chunk ends before the next one begins, so only the last chunks need to be read, back to one
// whose checksum fits. Damage may be trimmed, too: a chunk that cannot be read ends where the
// next begins.
func (t *trimmer) trimmedChunks(ctx context.Context, stream string, through persistence.Seq) (keys [][]byte, size int64, err error) {
	err = t.db.view(ctx, func(txn *badgerdb.Txn) error {
		s := database.NewChunkCursor(txn, stream, false)
		defer s.Close()
		var sizes []int64
		next := layout.MaxSeq
		for s.Iter.Rewind(); s.Iter.Valid(); s.Iter.Next() {
			key := s.Iter.Item().Key()
			if _, next, _ = layout.SplitChunkKey(key); next > through || len(keys) == database.DeletesPerTxn {
				break
			}
			keys, sizes = append(keys, bytes.Clone(key)), append(sizes, int64(len(key))+s.Iter.Item().ValueSize())
			next = layout.MaxSeq
		}
		keys, err = keepUntrimmed(txn, stream, keys, next, through)
		for _, n := range sizes[:len(keys)] {
			size += n
		}
		return err
	})
	return keys, size, err
}

// keepUntrimmed removes from keys, from the last back to one whose chunk checks, those
// whose chunk goes on after through. A key that does not check may have rotted away from
// its place: where it stands says nothing of the chunk before it.
func keepUntrimmed(txn *badgerdb.Txn, stream string, keys [][]byte, next, through persistence.Seq) ([][]byte, error) {
	var last [][]byte // that may go with what stands before a chunk that checks
	for n := len(keys) - 1; n >= 0; n-- {
		value, found, err := database.Get(txn, keys[n])
		if !found || err != nil {
			return nil, database.RecordMissing(err, through)
		}
		c, err := layout.ParseChunk(stream, keys[n], value)
		switch {
		case err == nil && c.Last() <= through:
			return append(keys[:n+1], last...), nil
		case err == nil:
			return keys[:n], nil
		case next == layout.MaxSeq:
			return nil, err
		case next <= through+1:
			last = append(last, keys[n])
		}
		_, next, _ = layout.SplitChunkKey(keys[n])
	}
	return last, nil
}

// deleteTrimmedParts deletes the parts of large records that are trimmed.
func (t *trimmer) deleteTrimmedParts(ctx context.Context, stream string, through persistence.Seq) error {
	return database.DeleteParts(layout.RecordPartsPrefix(stream),
		func(_ *badgerdb.Txn, key []byte) bool {
			_, seq, ok := layout.SplitRecordPartKey(key)
			return ok && seq <= through
		},
		func(f func(*badgerdb.Txn) error) error { return t.db.view(ctx, f) },
		func(f func(*database.WriteTxn) error) error { return t.db.update(ctx, f) })
}

// blankSharedChunk empties the trimmed records of the chunk that holds the trim mark. They
// must not stay on disk for as long as the stream is not trimmed further: a last record
// that is kept may share its chunk with hundreds of votes.
func (t *trimmer) blankSharedChunk(ctx context.Context, stream string, through persistence.Seq) error {
	var key, value []byte
	err := t.db.view(ctx, func(txn *badgerdb.Txn) error {
		s := database.NewChunkCursor(txn, stream, true)
		defer s.Close()
		c, ok, err := s.Seek(through)
		if err != nil || !ok || c.Last() <= through {
			return err
		}
		key = bytes.Clone(s.Iter.Item().Key())
		value, err = blankRecords(key, &c, through)
		return err
	})
	if err != nil || value == nil {
		return err
	}
	return t.db.update(ctx, func(c *database.WriteTxn) error { return c.Set(key, value) })
}

// blankRecords is the chunk's value with the records up to through empty, or nil when they
// are already.
func blankRecords(key []byte, c *layout.Chunk, through persistence.Seq) ([]byte, error) {
	records, rest, found := make([]byte, 0, len(c.Records)), c.Records, false
	for i := range c.Count {
		data, next, err := layout.NextRecord(rest)
		if err != nil {
			return nil, c.BadLength(i)
		}
		rest = next
		if c.First+persistence.Seq(i) <= through && len(data) > 0 {
			data, found = nil, true
		}
		records = layout.AppendRecord(records, data)
	}
	if !found {
		return nil, nil
	}
	how, stored := layout.Compress(nil, records)
	return layout.AppendChecksum(append(layout.AppendChunk(nil, c, how), stored...), 0, key), nil
}
