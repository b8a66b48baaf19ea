package layout

import (
	"encoding/binary"
	"fmt"
	"time"

	"partyline/persistence"
)

// Commit is the index entry of one commit: its chunks, without their records, in the order
// of their positions.
type Commit struct {
	First  persistence.Position
	Time   time.Time
	Chunks []Chunk
}

// End is the position of the commit's last record.
func (c *Commit) End() persistence.Position {
	return c.Chunks[len(c.Chunks)-1].End()
}

// AppendCommit appends the value of the index entry, without its checksum.
func AppendCommit(b []byte, at time.Time, chunks []Chunk) []byte {
	b = append(b, ValueVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(at.UnixMilli()))
	b = binary.AppendUvarint(b, uint64(len(chunks)))
	for i := range chunks {
		b = binary.AppendUvarint(b, uint64(len(chunks[i].Stream)))
		b = append(b, chunks[i].Stream...)
		b = binary.AppendUvarint(b, uint64(chunks[i].First))
		b = binary.AppendUvarint(b, uint64(chunks[i].Count))
	}
	return b
}

// ParseCommit parses an index entry. The chunks' slice is taken from reuse.
func ParseCommit(key, value []byte, reuse []Chunk) (Commit, error) {
	body, err := verifyValue(key, value)
	if err != nil {
		return Commit{}, err
	}
	first, ok := SplitIndexKey(key)
	if !ok || len(body) < 8 {
		return Commit{}, fmt.Errorf("%w: key %q: not a commit", persistence.ErrCorrupt, key)
	}
	c := Commit{First: first, Time: time.UnixMilli(int64(binary.BigEndian.Uint64(body))).UTC(), Chunks: reuse[:0]}
	f := fieldReader{rest: body[8:]}
	position := first
	for range f.uvarint() {
		ch := Chunk{Position: position, Time: c.Time}
		ch.Stream = string(f.bytes())
		ch.First = persistence.Seq(f.uvarint())
		ch.Count = int(f.uvarint())
		if f.invalid = f.invalid || !ch.valid(); f.invalid {
			break
		}
		position = ch.End() + 1
		c.Chunks = append(c.Chunks, ch)
	}
	if f.invalid || len(c.Chunks) == 0 {
		return Commit{}, fmt.Errorf("%w: key %q: list of chunks", persistence.ErrCorrupt, key)
	}
	return c, nil
}

// fieldReader takes values from the front of a slice. Once something does not fit, invalid
// stays set and all further values are empty.
type fieldReader struct {
	rest    []byte
	invalid bool
}

func (f *fieldReader) uvarint() uint64 {
	v, n := binary.Uvarint(f.rest)
	if n <= 0 {
		f.invalid, f.rest = true, nil
		return 0
	}
	f.rest = f.rest[n:]
	return v
}

func (f *fieldReader) bytes() []byte {
	n := f.uvarint()
	if n > uint64(len(f.rest)) {
		f.invalid, f.rest = true, nil
		return nil
	}
	b := f.rest[:n]
	f.rest = f.rest[n:]
	return b
}
