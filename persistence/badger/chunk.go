package badger

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"partyline/persistence"
)

// chunkBytes is where a chunk is split, so that a cursor reads no more than this
// for one record; a larger record is a chunk of its own.
const chunkBytes = 64 << 10

// chunkHeader is position, sequence, time (8 bytes each), count (4 bytes) and how the
// records are packed (1 byte).
const chunkHeader = 3*8 + 4 + 1

// chunk is a run of records of one stream that were committed together.
type chunk struct {
	stream   string
	first    persistence.Seq
	position persistence.Position
	time     time.Time
	count    int
	// records are the payloads, each behind its length as a uvarint. Those of a large
	// record are there after open.
	records []byte
	// large is where a large record stands, nil for all others.
	large *large
}

func (c *chunk) last() persistence.Seq { return c.first + persistence.Seq(c.count) - 1 }

// possible says whether there can be such places: at least one, and none past the last
// number there is.
func (c *chunk) possible() bool {
	return c.count > 0 && c.count <= math.MaxUint32 && c.last() >= c.first && c.end() >= c.position
}

func (c *chunk) end() persistence.Position { return c.position + persistence.Position(c.count) - 1 }

// appendChunk writes the head of a chunk's value; the records follow.
func appendChunk(b []byte, c *chunk, how byte) []byte {
	b = append(b, valueVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(c.position))
	b = binary.BigEndian.AppendUint64(b, uint64(c.first))
	b = binary.BigEndian.AppendUint64(b, uint64(c.time.UnixMilli()))
	return append(binary.BigEndian.AppendUint32(b, uint32(c.count)), how)
}

func appendRecord(b, data []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(data))), data...)
}

// parseChunk reads a chunk. Records that are stored plain are those of value.
func parseChunk(stream string, key, value []byte) (chunk, error) {
	body, err := unseal(key, value)
	if err != nil {
		return chunk{}, err
	}
	_, first, ok := splitChunkKey(key)
	if !ok || len(body) < chunkHeader {
		return chunk{}, fmt.Errorf("%w: key %q: not a chunk", persistence.ErrCorrupt, key)
	}
	c := chunk{
		stream:   stream,
		first:    first,
		position: persistence.Position(binary.BigEndian.Uint64(body)),
		time:     time.UnixMilli(int64(binary.BigEndian.Uint64(body[16:]))).UTC(),
		count:    int(binary.BigEndian.Uint32(body[24:])),
	}
	if persistence.Seq(binary.BigEndian.Uint64(body[8:])) != first || !c.possible() {
		return chunk{}, fmt.Errorf("%w: key %q: header does not fit its key", persistence.ErrCorrupt, key)
	}
	if how := body[chunkHeader-1]; how == apart {
		c.large, err = parseLarge(&c, body[chunkHeader:])
	} else {
		c.records, err = unpack(how, body[chunkHeader:])
	}
	if err != nil {
		return chunk{}, fmt.Errorf("key %q: %w", key, err)
	}
	return c, nil
}

// cut takes the first payload from records.
func cut(records []byte) (data, rest []byte, err error) {
	size, n := binary.Uvarint(records)
	if n <= 0 || size > uint64(len(records)-n) {
		return nil, nil, fmt.Errorf("%w: record length", persistence.ErrCorrupt)
	}
	return records[n : n+int(size)], records[n+int(size):], nil
}

// record names the payload at index i of the chunk.
func (c *chunk) record(i int, data []byte) persistence.Record {
	return persistence.Record{
		Stream:   c.stream,
		Seq:      c.first + persistence.Seq(i),
		Position: c.position + persistence.Position(i),
		Time:     c.time,
		Data:     data,
	}
}
