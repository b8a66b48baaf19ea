package layout

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"partyline/persistence"
)

// ChunkBytes is where a chunk is split, so that a cursor reads no more than this for one
// record; a larger record is a chunk of its own.
const ChunkBytes = 64 << 10

// chunkHeader is the length of position, sequence, time (8 bytes each), count (4 bytes)
// and how the records are stored (1 byte).
const chunkHeader = 3*8 + 4 + 1

// Chunk is a run of records of one stream that were committed together.
type Chunk struct {
	Stream   string
	First    persistence.Seq
	Position persistence.Position
	Time     time.Time
	Count    int
	// Records are the payloads, each after its length as a uvarint. Those of a large
	// record are there once its parts were loaded.
	Records []byte
	// Large is where the parts of a large record are, nil for all others.
	Large *LargeRecord
}

// Last is the sequence of the last record.
func (c *Chunk) Last() persistence.Seq { return c.First + persistence.Seq(c.Count) - 1 }

// valid says whether the chunk's places can exist: at least one, and none past the last
// number there is.
func (c *Chunk) valid() bool {
	return c.Count > 0 && c.Count <= math.MaxUint32 && c.Last() >= c.First && c.End() >= c.Position
}

// End is the position of the last record.
func (c *Chunk) End() persistence.Position { return c.Position + persistence.Position(c.Count) - 1 }

// AppendChunk appends the header of a chunk's value; the records follow, stored as
// Compress says.
func AppendChunk(b []byte, c *Chunk, how byte) []byte {
	b = append(b, ValueVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(c.Position))
	b = binary.BigEndian.AppendUint64(b, uint64(c.First))
	b = binary.BigEndian.AppendUint64(b, uint64(c.Time.UnixMilli()))
	return append(binary.BigEndian.AppendUint32(b, uint32(c.Count)), how)
}

// AppendRecord appends a payload to the records of a chunk.
func AppendRecord(b, data []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(data))), data...)
}

// ParseChunk parses a chunk. Records that are not compressed point into value.
func ParseChunk(stream string, key, value []byte) (Chunk, error) {
	body, err := verifyValue(key, value)
	if err != nil {
		return Chunk{}, err
	}
	_, first, ok := SplitChunkKey(key)
	if !ok || len(body) < chunkHeader {
		return Chunk{}, fmt.Errorf("%w: key %q: not a chunk", persistence.ErrCorrupt, key)
	}
	c := Chunk{
		Stream:   stream,
		First:    first,
		Position: persistence.Position(binary.BigEndian.Uint64(body)),
		Time:     time.UnixMilli(int64(binary.BigEndian.Uint64(body[16:]))).UTC(),
		Count:    int(binary.BigEndian.Uint32(body[24:])),
	}
	if persistence.Seq(binary.BigEndian.Uint64(body[8:])) != first || !c.valid() {
		return Chunk{}, fmt.Errorf("%w: key %q: header does not fit its key", persistence.ErrCorrupt, key)
	}
	if how := body[chunkHeader-1]; how == StoredInParts {
		c.Large, err = parseLargeReference(&c, body[chunkHeader:])
	} else {
		c.Records, err = decompress(how, body[chunkHeader:])
	}
	if err != nil {
		return Chunk{}, fmt.Errorf("key %q: %w", key, err)
	}
	return c, nil
}

// NextRecord takes the first payload from records.
func NextRecord(records []byte) (data, rest []byte, err error) {
	size, n := binary.Uvarint(records)
	if n <= 0 || size > uint64(len(records)-n) {
		return nil, nil, fmt.Errorf("%w: record length", persistence.ErrCorrupt)
	}
	return records[n : n+int(size)], records[n+int(size):], nil
}

// Record is the record at index i of the chunk, with its payload.
func (c *Chunk) Record(i int, data []byte) persistence.Record {
	return persistence.Record{
		Stream:   c.Stream,
		Seq:      c.First + persistence.Seq(i),
		Position: c.Position + persistence.Position(i),
		Time:     c.Time,
		Data:     data,
	}
}

// BadLength is the error of NextRecord at index i of the chunk.
func (c *Chunk) BadLength(i int) error {
	return fmt.Errorf("%w: %s record %d: length", persistence.ErrCorrupt, c.Stream, c.First+persistence.Seq(i))
}
