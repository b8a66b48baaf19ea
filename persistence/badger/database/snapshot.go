package database

import (
	"fmt"
	"hash/crc32"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// ReadManifest reads the manifest of the stream's snapshot; ok is false when there is
// none.
func ReadManifest(txn *badgerdb.Txn, stream string) (m layout.Manifest, ok bool, err error) {
	key := layout.ManifestKey(stream)
	value, found, err := Get(txn, key)
	if !found || err != nil {
		return layout.Manifest{}, false, err
	}
	m, err = layout.ParseManifest(key, value)
	return m, err == nil, err
}

// ReadSnapshot reads the data of the snapshot that a manifest describes. It is ErrCorrupt
// when a part is missing or the checksum does not fit; proceed ends it with an error.
func ReadSnapshot(txn *badgerdb.Txn, stream string, m layout.Manifest, proceed func() error) ([]byte, error) {
	data := make([]byte, 0, m.Length)
	for part := range m.Parts() {
		if err := proceed(); err != nil {
			return nil, err
		}
		value, found, err := Get(txn, layout.SnapshotPartKey(stream, m.Generation, part))
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, fmt.Errorf("%w: part %d is missing", persistence.ErrCorrupt, part)
		}
		data = append(data, value...)
	}
	if uint64(len(data)) != m.Length || crc32.Checksum(data, layout.Castagnoli) != m.Sum {
		return nil, fmt.Errorf("%w: checksum", persistence.ErrCorrupt)
	}
	return data, nil
}
