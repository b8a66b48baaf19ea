package backup

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence/badger/layout"
)

// appendEntry appends one key to a backup: its expiry in Unix seconds or 0, key and value
// after their lengths, all numbers as uvarints.
func appendEntry(b, key, value []byte, expires uint64) []byte {
	b = binary.AppendUvarint(b, expires)
	b = append(binary.AppendUvarint(b, uint64(len(key))), key...)
	return append(binary.AppendUvarint(b, uint64(len(value))), value...)
}

// maxEntryKey bounds a key in a backup; the longest is a memo's.
const maxEntryKey = 1 << 10

// readEntry is the reverse of appendEntry. It is io.EOF after the last entry only.
func readEntry(in *bufio.Reader) (*badgerdb.Entry, error) {
	expires, err := readUvarint(in)
	if err != nil {
		return nil, err
	}
	key, err := readBytes(in, maxEntryKey)
	if err != nil {
		return nil, err
	}
	value, err := readBytes(in, layout.MaxValueBytes)
	if err != nil {
		return nil, err
	}
	e := badgerdb.NewEntry(key, value)
	e.ExpiresAt = expires
	return e, nil
}

// readUvarint is io.EOF where nothing more comes.
func readUvarint(in *bufio.Reader) (uint64, error) {
	b, err := in.Peek(binary.MaxVarintLen64)
	v, n := binary.Uvarint(b)
	switch {
	case n > 0:
		_, err = in.Discard(n)
		return v, err
	case n < 0 || len(b) == binary.MaxVarintLen64:
		return 0, fmt.Errorf("%w: a number of more than 64 bits", ErrBackup)
	case len(b) == 0:
		return 0, err
	}
	return 0, truncated(err)
}

func readBytes(in *bufio.Reader, limit uint64) ([]byte, error) {
	n, err := readUvarint(in)
	if err != nil {
		return nil, truncated(err)
	}
	if n > limit {
		return nil, fmt.Errorf("%w: an entry of %d bytes", ErrBackup, n)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(in, b); err != nil {
		return nil, truncated(err)
	}
	return b, nil
}
