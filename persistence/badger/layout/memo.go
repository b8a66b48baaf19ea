package layout

import (
	"encoding/binary"
	"fmt"
	"time"

	"partyline/persistence"
)

// AppendMemo appends the value of a memo, without its checksum.
func AppendMemo(b []byte, expires time.Time, value []byte) []byte {
	b = append(b, ValueVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(expires.UnixMilli()))
	return append(b, value...)
}

// ParseMemo parses the value of a memo.
func ParseMemo(key, value []byte) (expires time.Time, data []byte, err error) {
	body, err := verifyValue(key, value)
	if err != nil {
		return time.Time{}, nil, err
	}
	if len(body) < NumberSize {
		return time.Time{}, nil, fmt.Errorf("%w: key %q: not a memo", persistence.ErrCorrupt, key)
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(body))), body[NumberSize:], nil
}
