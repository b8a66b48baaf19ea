package layout

import (
	"fmt"

	"github.com/klauspost/compress/s2"

	"partyline/persistence"
)

// How the records of a chunk are stored.
const (
	// storedPlain: as they are.
	storedPlain = 0
	// storedS2: compressed with S2.
	storedS2 = 1
	// StoredInParts: in parts of their own; see LargeRecord.
	StoredInParts = 2
)

// minCompressBytes is the size from which on compression is tried: below it little is
// gained.
const minCompressBytes = 512

// maxDecompressedBytes bounds the decompressed records of a chunk: one record, or records
// up to ChunkBytes, and their lengths.
const maxDecompressedBytes = persistence.MaxAppendBytes + ChunkBytes

// Compress returns how the records of a chunk are to be stored, and the stored bytes; it
// uses dst's capacity. Votes of one commit are much alike, so a third is left. Badger
// could compress, but later and more often: compressed here, the write-ahead log that
// every commit syncs is smaller, the memtable holds more, and no compaction decompresses
// anything.
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

// MaxCompressedBytes is the capacity of dst with which Compress of n bytes allocates nothing.
func MaxCompressedBytes(n int) int { return s2.MaxEncodedLen(n) }

// decompress is the reverse of Compress. What was stored plain is returned as it is.
func decompress(how byte, stored []byte) ([]byte, error) {
	switch how {
	case storedPlain:
		return stored, nil
	case storedS2:
		n, err := s2.DecodedLen(stored)
		if err != nil || n > maxDecompressedBytes {
			return nil, fmt.Errorf("%w: compressed records of %d bytes", persistence.ErrCorrupt, n)
		}
		records, err := s2.Decode(make([]byte, n), stored)
		if err != nil {
			return nil, fmt.Errorf("%w: compressed records: %w", persistence.ErrCorrupt, err)
		}
		return records, nil
	}
	return nil, fmt.Errorf("%w: records stored in an unknown way %d", persistence.ErrCorrupt, how)
}
