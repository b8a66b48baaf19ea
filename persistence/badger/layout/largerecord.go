package layout

import (
	"encoding/binary"
	"fmt"

	"partyline/persistence"
)

// LargeRecord names the parts of a large record, which are written ahead of its commit. Its
// chunk holds this reference in place of the record's bytes:
//
//	uint64  generation of the parts
//	uint64  length of the record
//
// Each attempt at a record is a generation of its own, so that an attempt whose outcome was
// not known is never overwritten. Parts that no chunk names were left by an attempt that
// failed or was killed; the next opening removes them, and the next Trim.
type LargeRecord struct {
	Stream     string
	Seq        persistence.Seq
	Generation uint64
	Length     int
}

// largeReferenceSize is the length of what a chunk holds of a large record.
const largeReferenceSize = 2 * NumberSize

// Parts is how many parts the record has.
func (l *LargeRecord) Parts() int { return (l.Length + PartBytes - 1) / PartBytes }

// PartKey is the key of the n-th part.
func (l *LargeRecord) PartKey(n int) []byte {
	b := binary.BigEndian.AppendUint64(AppendRecordPartsPrefix(nil, l.Stream, l.Seq), l.Generation)
	return binary.BigEndian.AppendUint32(b, uint32(n))
}

// AppendReference appends what a chunk holds in place of the record's bytes.
func (l *LargeRecord) AppendReference(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, l.Generation)
	return binary.BigEndian.AppendUint64(b, uint64(l.Length))
}

func parseLargeReference(c *Chunk, stored []byte) (*LargeRecord, error) {
	if len(stored) != largeReferenceSize || c.Count != 1 {
		return nil, fmt.Errorf("%w: name of a large record", persistence.ErrCorrupt)
	}
	l := &LargeRecord{Stream: c.Stream, Seq: c.First, Generation: binary.BigEndian.Uint64(stored)}
	length := binary.BigEndian.Uint64(stored[NumberSize:])
	if length > persistence.MaxRecordBytes {
		return nil, fmt.Errorf("%w: large record of %d bytes", persistence.ErrCorrupt, length)
	}
	l.Length = int(length)
	return l, nil
}

// EncodePart is the key and the value of the record's n-th part.
func (l *LargeRecord) EncodePart(record []byte, n int) (key, value []byte) {
	key = l.PartKey(n)
	how, stored := Compress(nil, record[n*PartBytes:min((n+1)*PartBytes, len(record))])
	value = append([]byte{ValueVersion, how}, stored...)
	return key, AppendChecksum(value, 0, key)
}

// ParseRecordPart parses the value of a part.
func ParseRecordPart(key, value []byte) ([]byte, error) {
	body, err := verifyValue(key, value)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		return nil, fmt.Errorf("%w: key %q: not a part", persistence.ErrCorrupt, key)
	}
	return decompress(body[0], body[1:])
}
