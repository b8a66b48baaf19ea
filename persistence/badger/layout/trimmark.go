package layout

import (
	"encoding/binary"
	"fmt"

	"partyline/persistence"
)

// ParseTrimMark parses the value of a trim mark.
func ParseTrimMark(key, value []byte) (through persistence.Seq, err error) {
	body, err := verifyValue(key, value)
	if err != nil {
		return 0, err
	}
	if len(body) != NumberSize {
		return 0, fmt.Errorf("%w: key %q: not a trim mark", persistence.ErrCorrupt, key)
	}
	return persistence.Seq(binary.BigEndian.Uint64(body)), nil
}

// EncodeTrimMark is the value of a trim mark.
func EncodeTrimMark(key []byte, through persistence.Seq) []byte {
	b := binary.BigEndian.AppendUint64([]byte{ValueVersion}, uint64(through))
	return AppendChecksum(b, 0, key)
}
