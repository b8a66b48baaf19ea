package layout

import (
	"fmt"

	"partyline/persistence"
)

// AppendTableValue appends the value of a table's entry, compressed where that makes it smaller;
// room is where it is compressed.
func AppendTableValue(b, key, value, room []byte) []byte {
	start := len(b)
	how, stored := Compress(room, value)
	b = append(append(b, ValueVersion, how), stored...)
	return AppendChecksum(b, start, key)
}

// ParseTableValue is the reverse of AppendTableValue. What was stored plain is a part of stored.
func ParseTableValue(key, stored []byte) ([]byte, error) {
	body, err := verifyValue(key, stored)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		return nil, fmt.Errorf("%w: key %q: not the value of a table", persistence.ErrCorrupt, key)
	}
	value, err := decompress(body[0], body[1:])
	if err != nil {
		return nil, fmt.Errorf("key %q: %w", key, err)
	}
	return value, nil
}
