package badger

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"partyline/persistence"
)

// valueVersion stands at the beginning of every value but that of the format key, which
// begins with folderFormat. A value of a higher one was written by a newer version.
const valueVersion = 1

// sealSize is the length of the checksum at the end of every value.
const sealSize = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendSeal ends the value that begins at start with the checksum of key and value.
func appendSeal(b []byte, start int, key []byte) []byte {
	return binary.BigEndian.AppendUint32(b, checksum(key, b[start:]))
}

// unseal checks version and checksum and returns what stands between.
func unseal(key, value []byte) ([]byte, error) {
	end := len(value) - sealSize
	if end < 1 {
		return nil, fmt.Errorf("%w: key %q: value of %d bytes", persistence.ErrCorrupt, key, len(value))
	}
	if binary.BigEndian.Uint32(value[end:]) != checksum(key, value[:end]) {
		return nil, fmt.Errorf("%w: key %q: checksum", persistence.ErrCorrupt, key)
	}
	if value[0] > valueVersion {
		return nil, fmt.Errorf("key %q: %w", key, &NewerError{Format: int(value[0]), KnownFormat: valueVersion})
	}
	if value[0] != valueVersion {
		return nil, fmt.Errorf("%w: key %q: format %d", persistence.ErrCorrupt, key, value[0])
	}
	return value[1:end], nil
}

func checksum(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}
