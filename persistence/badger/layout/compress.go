package layout

import (
	"fmt"

	"github.com/klauspost/compress/s2"

	"partyline/persistence"
)

// The records of a chunk stand in it packed where that makes them smaller. Votes of
// one commit are much alike, so a third is left. Badger could do it, but later and
// more often: packed here, the write-ahead log that every commit syncs is smaller,
// the memtable holds more, and no compaction unpacks anything.
const (
	storedPlain = 0
	storedS2    = 1
	// apart: not here, but in parts of their own; see large.
	StoredInParts = 2
)

// packLeast is the size from which on packing is tried: below it little is won.
const minCompressBytes = 512

// maxUnpacked bounds what a chunk may unpack to: one record, or records up to
// chunkBytes, and their lengths.
const maxDecompressedBytes = persistence.MaxAppendBytes + ChunkBytes

// pack returns how records are stored, using dst's room.
func Compress(dst, records []byte) (how byte, stored []byte) {
	if len(records) < minCompressBytes {
		return storedPlain, records
	}
	small := s2.Encode(dst[:cap(dst)], records) // allocates where there is too little room
	if len(small) >= len(records) {
		return storedPlain, records
	}
	return storedS2, small
}

// unpack is the reverse. What was stored plain is returned as it is.
func decompress(how byte, stored []byte) ([]byte, error) {
	switch how {
	case storedPlain:
		return stored, nil
	case storedS2:
		n, err := s2.DecodedLen(stored)
		if err != nil || n > maxDecompressedBytes {
			return nil, fmt.Errorf("%w: packed records of %d bytes", persistence.ErrCorrupt, n)
		}
		records, err := s2.Decode(make([]byte, n), stored)
		if err != nil {
			return nil, fmt.Errorf("%w: packed records: %w", persistence.ErrCorrupt, err)
		}
		return records, nil
	}
	return nil, fmt.Errorf("%w: records packed in a way %d that is unknown", persistence.ErrCorrupt, how)
}
