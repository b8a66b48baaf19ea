package layout

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"partyline/persistence"
)

// ValueVersion is the first byte of every value but that of the format key, which begins
// with CurrentFormat. A value of a higher version was written by a newer program.
const ValueVersion = 1

// ChecksumSize is the length of the checksum at the end of every value.
const ChecksumSize = 4

// Castagnoli is the polynomial of all checksums: CRC-32C.
var Castagnoli = crc32.MakeTable(crc32.Castagnoli)

// AppendChecksum ends the value that begins at start with the checksum of key and value.
func AppendChecksum(b []byte, start int, key []byte) []byte {
	return binary.BigEndian.AppendUint32(b, checksum(key, b[start:]))
}

// verifyValue checks version and checksum and returns the bytes between them.
func verifyValue(key, value []byte) ([]byte, error) {
	end := len(value) - ChecksumSize
	if end < 1 {
		return nil, fmt.Errorf("%w: key %q: value of %d bytes", persistence.ErrCorrupt, key, len(value))
	}
	if binary.BigEndian.Uint32(value[end:]) != checksum(key, value[:end]) {
		return nil, fmt.Errorf("%w: key %q: checksum", persistence.ErrCorrupt, key)
	}
	if value[0] > ValueVersion {
		return nil, fmt.Errorf("key %q: %w", key, &NewerError{Format: int(value[0]), KnownFormat: ValueVersion})
	}
	if value[0] != ValueVersion {
		return nil, fmt.Errorf("%w: key %q: format %d", persistence.ErrCorrupt, key, value[0])
	}
	return value[1:end], nil
}

func checksum(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, Castagnoli), Castagnoli, value)
}
