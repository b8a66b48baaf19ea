package badger

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"

	badgerdb "github.com/dgraph-io/badger/v4"
	"github.com/rs/zerolog"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// SaveSnapshot stores a snapshot in place of the stream's earlier one and returns
// when it is durable. The parts are written first, under a generation of their own;
// the manifest, which makes them count, with the last of them. The earlier parts go
// after that. When that fails the snapshot is saved all the same: what is left of
// them goes with the next one.
func (j *Journal) SaveSnapshot(ctx context.Context, s persistence.Snapshot) error {
	if err := j.snapshots.save(ctx, &s); err != nil {
		return fmt.Errorf("save snapshot %s: %w", s.Stream, err)
	}
	return nil
}

// snapshotStore saves snapshots, one at a time.
type snapshotStore struct {
	db  *guardedDB
	log zerolog.Logger
	// saving lets one snapshot through at a time: the committer then waits for one
	// part at most.
	saving chan struct{}
}

func (ss *snapshotStore) save(ctx context.Context, s *persistence.Snapshot) error {
	if err := s.Check(); err != nil {
		return err
	}
	if err := ss.db.usage.acquire(); err != nil {
		return err
	}
	defer ss.db.usage.release()
	select {
	case ss.saving <- struct{}{}:
		defer func() { <-ss.saving }()
	case <-ctx.Done():
		return ctx.Err()
	}
	m, err := ss.nextManifest(s)
	if err != nil {
		return err
	}
	if err := ss.writeParts(ctx, s, m); err != nil {
		return err
	}
	if err := ss.deleteOldParts(ctx, s.Stream, m.Generation); err != nil {
		ss.log.Warn().Err(err).Str("stream", s.Stream).Msg("parts of an earlier snapshot are left behind")
	}
	return nil
}

// nextManifest describes the snapshot under the generation after the present one.
// A damaged manifest must not stand in the way: its parts are found by their keys.
func (ss *snapshotStore) nextManifest(s *persistence.Snapshot) (layout.Manifest, error) {
	m := layout.Manifest{
		Seq:     s.Seq,
		Version: s.Version,
		Length:  uint64(len(s.Data)),
		Sum:     crc32.Checksum(s.Data, layout.Castagnoli),
	}
	err := ss.db.raw.View(func(txn *badgerdb.Txn) error {
		it := database.NewIterator(txn, layout.SnapshotPartsPrefix(s.Stream), true)
		defer it.Close()
		it.Seek(layout.SnapshotPartKey(s.Stream, layout.MaxGeneration, 0))
		if it.Valid() {
			m.Generation = layout.GenerationOf(it.Item().Key())
		}
		m.Generation++
		return nil
	})
	return m, err
}

// writeParts writes part by part, and the manifest with the last.
func (ss *snapshotStore) writeParts(ctx context.Context, s *persistence.Snapshot, m layout.Manifest) error {
	rest := s.Data
	for part := 0; ; part++ {
		n := min(len(rest), layout.PartBytes)
		final := n == len(rest)
		err := ss.db.update(ctx, func(c *database.WriteTxn) error {
			if n > 0 {
				if err := c.Set(layout.SnapshotPartKey(s.Stream, m.Generation, part), rest[:n]); err != nil {
					return err
				}
			}
			if !final {
				return nil
			}
			key := layout.ManifestKey(s.Stream)
			return c.Set(key, m.Encode(key))
		})
		if err != nil || final {
			return err
		}
		rest = rest[n:]
	}
}

// deleteOldParts removes the parts of all other generations.
func (ss *snapshotStore) deleteOldParts(ctx context.Context, stream string, keep uint64) error {
	return database.DeleteKeys(func() ([][]byte, error) { return ss.findOldParts(stream, keep) },
		func(f func(*database.WriteTxn) error) error { return ss.db.update(ctx, f) })
}

func (ss *snapshotStore) findOldParts(stream string, keep uint64) (keys [][]byte, err error) {
	err = ss.db.raw.View(func(txn *badgerdb.Txn) error {
		it := database.NewIterator(txn, layout.SnapshotPartsPrefix(stream), false)
		defer it.Close()
		for it.Rewind(); it.Valid() && len(keys) < database.DeletesPerTxn; it.Next() {
			if key := it.Item().Key(); layout.GenerationOf(key) != keep {
				keys = append(keys, bytes.Clone(key))
			}
		}
		return nil
	})
	return keys, err
}

// LoadSnapshot reads the newest snapshot; ok is false when there is none. A damaged
// one is ErrCorrupt.
func (j *Journal) LoadSnapshot(ctx context.Context, stream string) (s persistence.Snapshot, ok bool, err error) {
	err = j.db.view(ctx, func(txn *badgerdb.Txn) error {
		m, found, err := database.ReadManifest(txn, stream)
		if !found || err != nil {
			return err
		}
		data, err := database.ReadSnapshot(txn, stream, m, func() error { return j.db.checkOpen(ctx) })
		if err != nil {
			return err
		}
		s = persistence.Snapshot{Stream: stream, Seq: m.Seq, Version: m.Version, Data: data}
		ok = true
		return nil
	})
	if err != nil {
		return persistence.Snapshot{}, false, fmt.Errorf("load snapshot %s: %w", stream, err)
	}
	return s, ok, nil
}
