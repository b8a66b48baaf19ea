package badger

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// manifest says what a complete snapshot consists of. Parts without a manifest of
// their generation are the rest of a save that was cut off.
type manifest struct {
	generation uint64
	seq        persistence.Seq
	version    uint32
	length     uint64
	sum        uint32
}

// manifestSize is the length of a manifest between version byte and seal.
const manifestSize = 8 + 8 + 4 + 8 + 4

func (m *manifest) parts() int { return int((m.length + partBytes - 1) / partBytes) }

func (m *manifest) encode(key []byte) []byte {
	b := []byte{valueVersion}
	b = binary.BigEndian.AppendUint64(b, m.generation)
	b = binary.BigEndian.AppendUint64(b, uint64(m.seq))
	b = binary.BigEndian.AppendUint32(b, m.version)
	b = binary.BigEndian.AppendUint64(b, m.length)
	b = binary.BigEndian.AppendUint32(b, m.sum)
	return appendSeal(b, 0, key)
}

func parseManifest(key, value []byte) (manifest, error) {
	b, err := unseal(key, value)
	if err != nil {
		return manifest{}, err
	}
	if len(b) != manifestSize {
		return manifest{}, fmt.Errorf("%w: key %q: not a manifest", persistence.ErrCorrupt, key)
	}
	m := manifest{
		generation: binary.BigEndian.Uint64(b),
		seq:        persistence.Seq(binary.BigEndian.Uint64(b[8:])),
		version:    binary.BigEndian.Uint32(b[16:]),
		length:     binary.BigEndian.Uint64(b[20:]),
		sum:        binary.BigEndian.Uint32(b[28:]),
	}
	if m.length > persistence.MaxSnapshotBytes {
		return manifest{}, fmt.Errorf("%w: key %q: length %d", persistence.ErrCorrupt, key, m.length)
	}
	return m, nil
}

// LoadSnapshot reads the newest snapshot; ok is false when there is none. A damaged
// one is ErrCorrupt.
func (j *Journal) LoadSnapshot(ctx context.Context, stream string) (s persistence.Snapshot, ok bool, err error) {
	err = j.view(ctx, func(txn *badgerdb.Txn) error {
		m, found, err := readManifest(txn, stream)
		if !found || err != nil {
			return err
		}
		data, err := j.readParts(ctx, txn, stream, m)
		if err != nil {
			return err
		}
		s = persistence.Snapshot{Stream: stream, Seq: m.seq, Version: m.version, Data: data}
		ok = true
		return nil
	})
	if err != nil {
		return persistence.Snapshot{}, false, fmt.Errorf("load snapshot %s: %w", stream, err)
	}
	return s, ok, nil
}

func readManifest(txn *badgerdb.Txn, stream string) (m manifest, ok bool, err error) {
	key := manifestKey(stream)
	value, found, err := get(txn, key)
	if !found || err != nil {
		return manifest{}, false, err
	}
	m, err = parseManifest(key, value)
	return m, err == nil, err
}

func (j *Journal) readParts(ctx context.Context, txn *badgerdb.Txn, stream string, m manifest) ([]byte, error) {
	data := make([]byte, 0, m.length)
	for part := range m.parts() {
		if err := j.proceed(ctx); err != nil {
			return nil, err
		}
		value, found, err := get(txn, partKey(stream, m.generation, part))
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, fmt.Errorf("%w: part %d is missing", persistence.ErrCorrupt, part)
		}
		data = append(data, value...)
	}
	if uint64(len(data)) != m.length || crc32.Checksum(data, castagnoli) != m.sum {
		return nil, fmt.Errorf("%w: checksum", persistence.ErrCorrupt)
	}
	return data, nil
}
