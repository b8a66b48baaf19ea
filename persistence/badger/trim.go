package badger

import (
	"bytes"
	"context"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// Trim forgets the stream's records up to a sequence; see persistence.Journal. The
// mark is written first: from then on no read yields them. Chunks that are trimmed
// whole are removed after that, a chunk that is trimmed in part is written anew with
// the trimmed records empty. A Trim that was cut off in between is finished by the
// next one of that stream.
//
// The index goes on naming what is gone: without a line for each position it could
// not tell a trim from damage. Badger gives the room back when it compacts.
func (j *Journal) Trim(ctx context.Context, stream string, through persistence.Seq) error {
	if err := j.trim(ctx, stream, through); err != nil {
		return fmt.Errorf("trim %s: %w", stream, err)
	}
	return nil
}

func (j *Journal) trim(ctx context.Context, stream string, through persistence.Seq) error {
	if err := persistence.CheckStream(stream); err != nil {
		return err
	}
	if err := j.gate.enter(); err != nil {
		return err
	}
	defer j.gate.leave()
	select {
	case j.trimming <- struct{}{}:
		defer func() { <-j.trimming }()
	case <-ctx.Done():
		return ctx.Err()
	}
	through, err := j.mark(ctx, stream, through)
	if err != nil || through == 0 {
		return err
	}
	if err := j.dropChunks(ctx, stream, through); err != nil {
		return err
	}
	if err := j.dropPieces(ctx, stream, through); err != nil {
		return err
	}
	return j.blankChunk(ctx, stream, through)
}

// mark moves the stream's mark, which never goes back, and returns where it is.
func (j *Journal) mark(ctx context.Context, stream string, through persistence.Seq) (persistence.Seq, error) {
	last, err := j.Last(ctx, stream)
	if err != nil {
		return 0, err
	}
	through = min(through, last)
	if marked := j.marks.through(stream); through <= marked {
		return marked, nil
	}
	key := markKey(stream)
	err = j.update(ctx, func(c *change) error { return c.Set(key, encodeMark(key, through)) })
	if err != nil {
		return 0, err
	}
	j.marks.set(stream, through)
	return through, nil
}

// dropChunks removes the chunks that are trimmed whole, the oldest first, in several
// transactions: the committer waits for one of them at most.
func (j *Journal) dropChunks(ctx context.Context, stream string, through persistence.Seq) error {
	return erase(func() ([][]byte, error) { return j.trimmedChunks(ctx, stream, through) },
		func(f func(*change) error) error { return j.update(ctx, f) })
}

// trimmedChunks finds as many as one transaction removes. What stands before a chunk that
// checks ends before it, so only the last chunks need to be read, back to one that does.
// Damage may be trimmed, too: what makes no sense ends where the next begins.
func (j *Journal) trimmedChunks(ctx context.Context, stream string, through persistence.Seq) (keys [][]byte, err error) {
	err = j.view(ctx, func(txn *badgerdb.Txn) error {
		s := newScan(txn, stream, false)
		defer s.close()
		next := maxSeq
		for s.it.Rewind(); s.it.Valid(); s.it.Next() {
			key := s.it.Item().Key()
			if _, next, _ = splitChunkKey(key); next > through || len(keys) == deletesPerTxn {
				break
			}
			keys = append(keys, bytes.Clone(key))
			next = maxSeq
		}
		keys, err = endingBy(txn, stream, keys, next, through)
		return err
	})
	return keys, err
}

// endingBy leaves out, from the last key back to one whose chunk checks, those whose
// chunk goes on after through. A key that does not check may have rotted away from its
// place: where it stands says nothing of the chunk before it.
func endingBy(txn *badgerdb.Txn, stream string, keys [][]byte, next, through persistence.Seq) ([][]byte, error) {
	var last [][]byte // that may go with what stands before a chunk that checks
	for n := len(keys) - 1; n >= 0; n-- {
		value, found, err := get(txn, keys[n])
		if !found || err != nil {
			return nil, orGap(err, through)
		}
		c, err := parseChunk(stream, keys[n], value)
		switch {
		case err == nil && c.last() <= through:
			return append(keys[:n+1], last...), nil
		case err == nil:
			return keys[:n], nil
		case next == maxSeq:
			return nil, err
		case next <= through+1:
			last = append(last, keys[n])
		}
		_, next, _ = splitChunkKey(keys[n])
	}
	return last, nil
}

// dropPieces removes the parts of large records that are trimmed.
func (j *Journal) dropPieces(ctx context.Context, stream string, through persistence.Seq) error {
	return removePieces(piecesPrefix(stream),
		func(_ *badgerdb.Txn, key []byte) bool {
			_, seq, ok := splitPieceKey(key)
			return ok && seq <= through
		},
		func(f func(*badgerdb.Txn) error) error { return j.view(ctx, f) },
		func(f func(*change) error) error { return j.update(ctx, f) })
}

// blankChunk empties the trimmed records of the chunk that holds the mark. They must
// not stay on disk for as long as the stream is not trimmed further: a last record
// that is kept may share its chunk with hundreds of votes.
func (j *Journal) blankChunk(ctx context.Context, stream string, through persistence.Seq) error {
	var key, value []byte
	err := j.view(ctx, func(txn *badgerdb.Txn) error {
		s := newScan(txn, stream, true)
		defer s.close()
		c, ok, err := s.seek(through)
		if err != nil || !ok || c.last() <= through {
			return err
		}
		key = bytes.Clone(s.it.Item().Key())
		value, err = blank(key, &c, through)
		return err
	})
	if err != nil || value == nil {
		return err
	}
	return j.update(ctx, func(c *change) error { return c.Set(key, value) })
}

// blank is the chunk's value with the records up to through empty, or nil when they
// are already.
func blank(key []byte, c *chunk, through persistence.Seq) ([]byte, error) {
	records, rest, found := make([]byte, 0, len(c.records)), c.records, false
	for i := range c.count {
		data, next, err := cut(rest)
		if err != nil {
			return nil, damaged(c, i)
		}
		rest = next
		if c.first+persistence.Seq(i) <= through && len(data) > 0 {
			data, found = nil, true
		}
		records = appendRecord(records, data)
	}
	if !found {
		return nil, nil
	}
	how, stored := pack(nil, records)
	return appendSeal(append(appendChunk(nil, c, how), stored...), 0, key), nil
}
