package badger

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// partBytes bounds what one transaction of a snapshot writes: the committer may have to
// wait for it.
const partBytes = 256 << 10

// SaveSnapshot stores a snapshot in place of the stream's earlier one and returns
// when it is durable. The parts are written first, under a generation of their own;
// the manifest, which makes them count, with the last of them. The earlier parts go
// after that. When that fails the snapshot is saved all the same: what is left of
// them goes with the next one.
func (j *Journal) SaveSnapshot(ctx context.Context, s persistence.Snapshot) error {
	if err := j.saveSnapshot(ctx, &s); err != nil {
		return fmt.Errorf("save snapshot %s: %w", s.Stream, err)
	}
	return nil
}

func (j *Journal) saveSnapshot(ctx context.Context, s *persistence.Snapshot) error {
	if err := s.Check(); err != nil {
		return err
	}
	if err := j.gate.enter(); err != nil {
		return err
	}
	defer j.gate.leave()
	select {
	case j.saving <- struct{}{}:
		defer func() { <-j.saving }()
	case <-ctx.Done():
		return ctx.Err()
	}
	m, err := j.nextManifest(s)
	if err != nil {
		return err
	}
	if err := j.writeParts(ctx, s, m); err != nil {
		return err
	}
	if err := j.dropParts(ctx, s.Stream, m.generation); err != nil {
		j.log.Warn().Err(err).Str("stream", s.Stream).Msg("parts of an earlier snapshot are left behind")
	}
	return nil
}

// nextManifest describes the snapshot under the generation after the present one.
// A damaged manifest must not stand in the way: its parts are found by their keys.
func (j *Journal) nextManifest(s *persistence.Snapshot) (manifest, error) {
	m := manifest{
		seq:     s.Seq,
		version: s.Version,
		length:  uint64(len(s.Data)),
		sum:     crc32.Checksum(s.Data, castagnoli),
	}
	err := look(j.db, func(txn *badgerdb.Txn) error {
		it := newIterator(txn, partsPrefix(s.Stream), true)
		defer it.Close()
		it.Seek(partKey(s.Stream, maxGeneration, 0))
		if it.Valid() {
			m.generation = generationOf(it.Item().Key())
		}
		m.generation++
		return nil
	})
	return m, err
}

// writeParts writes part by part, and the manifest with the last.
func (j *Journal) writeParts(ctx context.Context, s *persistence.Snapshot, m manifest) error {
	rest := s.Data
	for part := 0; ; part++ {
		n := min(len(rest), partBytes)
		final := n == len(rest)
		err := j.update(ctx, func(c *change) error {
			if n > 0 {
				if err := c.Set(partKey(s.Stream, m.generation, part), rest[:n]); err != nil {
					return err
				}
			}
			if !final {
				return nil
			}
			key := manifestKey(s.Stream)
			return c.Set(key, m.encode(key))
		})
		if err != nil || final {
			return err
		}
		rest = rest[n:]
	}
}

// dropParts removes the parts of all other generations.
func (j *Journal) dropParts(ctx context.Context, stream string, keep uint64) error {
	return erase(func() ([][]byte, error) { return j.otherParts(stream, keep) },
		func(f func(*change) error) error { return j.update(ctx, f) })
}

func (j *Journal) otherParts(stream string, keep uint64) (keys [][]byte, err error) {
	err = look(j.db, func(txn *badgerdb.Txn) error {
		it := newIterator(txn, partsPrefix(stream), false)
		defer it.Close()
		for it.Rewind(); it.Valid() && len(keys) < deletesPerTxn; it.Next() {
			if key := it.Item().Key(); generationOf(key) != keep {
				keys = append(keys, bytes.Clone(key))
			}
		}
		return nil
	})
	return keys, err
}

// update is one small transaction beside the committer, under the same conditions. A save
// under way ends here when the journal closes.
func (j *Journal) update(ctx context.Context, f func(*change) error) error {
	if err := j.proceed(ctx); err != nil {
		return err
	}
	if err := j.db.ready(); err != nil {
		return err
	}
	if err := j.guard.check(); err != nil {
		return err
	}
	if err := j.db.update(ctx, f); err != nil {
		return errors.Join(persistence.ErrUnavailable, err)
	}
	return nil
}

const maxGeneration = 1<<64 - 1

// partNumberSize is the length of the part's number at the end of its key.
const partNumberSize = 4

func generationOf(key []byte) uint64 {
	return binary.BigEndian.Uint64(key[len(key)-partNumberSize-numberSize:])
}
