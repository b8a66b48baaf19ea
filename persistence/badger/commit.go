package badger

import (
	"encoding/binary"
	"fmt"
	"time"

	"partyline/persistence"
)

// commit is the index entry of one commit: its chunks, without their records, in
// the order of their positions.
type commit struct {
	first  persistence.Position
	time   time.Time
	chunks []chunk
}

// end is the position of the commit's last record.
func (c *commit) end() persistence.Position {
	return c.chunks[len(c.chunks)-1].end()
}

// appendCommit writes the value of the index entry, unsealed.
func appendCommit(b []byte, at time.Time, chunks []chunk) []byte {
	b = append(b, valueVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(at.UnixMilli()))
	b = binary.AppendUvarint(b, uint64(len(chunks)))
	for i := range chunks {
		b = binary.AppendUvarint(b, uint64(len(chunks[i].stream)))
		b = append(b, chunks[i].stream...)
		b = binary.AppendUvarint(b, uint64(chunks[i].first))
		b = binary.AppendUvarint(b, uint64(chunks[i].count))
	}
	return b
}

// parseCommit reads an index entry. The chunks' slice is taken from reuse.
func parseCommit(key, value []byte, reuse []chunk) (commit, error) {
	body, err := unseal(key, value)
	if err != nil {
		return commit{}, err
	}
	first, ok := splitIndexKey(key)
	if !ok || len(body) < 8 {
		return commit{}, fmt.Errorf("%w: key %q: not a commit", persistence.ErrCorrupt, key)
	}
	c := commit{first: first, time: time.UnixMilli(int64(binary.BigEndian.Uint64(body))).UTC(), chunks: reuse[:0]}
	f := fields{rest: body[8:]}
	position := first
	for range f.uvarint() {
		ch := chunk{position: position, time: c.time}
		ch.stream = string(f.bytes())
		ch.first = persistence.Seq(f.uvarint())
		ch.count = int(f.uvarint())
		if f.bad = f.bad || !ch.possible(); f.bad {
			break
		}
		position = ch.end() + 1
		c.chunks = append(c.chunks, ch)
	}
	if f.bad || len(c.chunks) == 0 {
		return commit{}, fmt.Errorf("%w: key %q: list of chunks", persistence.ErrCorrupt, key)
	}
	return c, nil
}

// fields takes values from the front of a slice. Once something does not fit, bad
// stays set and all further values are empty.
type fields struct {
	rest []byte
	bad  bool
}

func (f *fields) uvarint() uint64 {
	v, n := binary.Uvarint(f.rest)
	if n <= 0 {
		f.bad, f.rest = true, nil
		return 0
	}
	f.rest = f.rest[n:]
	return v
}

func (f *fields) bytes() []byte {
	n := f.uvarint()
	if n > uint64(len(f.rest)) {
		f.bad, f.rest = true, nil
		return nil
	}
	b := f.rest[:n]
	f.rest = f.rest[n:]
	return b
}
