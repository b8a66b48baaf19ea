package badger

import (
	"context"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// Damage changes the database behind the journal's back.
func (j *Journal) Damage(f func(*badgerdb.Txn) error) error {
	return j.db.update(context.Background(), func(c *change) error { return f(c.Txn) })
}

// Merge has Badger merge its newest tables, as it does for whoever drops keys: one that
// was written for that.
func (j *Journal) Merge() error {
	nobodys := []byte{0xff, 0xff}
	if err := j.db.update(context.Background(), func(c *change) error { return c.Set(nobodys, nobodys) }); err != nil {
		return err
	}
	return j.db.DropPrefix(nobodys)
}

// ForgetTail has everything read from the database.
func (j *Journal) ForgetTail() {
	j.tail.mu.Lock()
	defer j.tail.mu.Unlock()
	j.tail.blocks, j.tail.bytes = nil, 0
}

// ChunkKey, IndexKey, MarkKey, MemoKey, ManifestKey and PartKey name what a test damages.
func ChunkKey(stream string, first persistence.Seq) []byte { return appendChunkKey(nil, stream, first) }
func IndexKey(first persistence.Position) []byte           { return appendIndexKey(nil, first) }
func MarkKey(stream string) []byte                         { return markKey(stream) }
func MemoKey(key string) []byte                            { return appendMemoKey(nil, key) }
func ManifestKey(stream string) []byte                     { return manifestKey(stream) }
func PartKey(stream string, generation uint64, part int) []byte {
	return partKey(stream, generation, part)
}

// FormatKey names what the folder says of itself.
func FormatKey() []byte { return []byte(formatKey) }

// OldFormat is the value of a format key as commit ffa9881 wrote it.
func OldFormat() []byte { return Sealed(FormatKey(), nil) }

// Format is the value of a format key of any format.
func Format(format byte, body string) []byte {
	return appendSeal(append([]byte{format}, body...), 0, FormatKey())
}

// Later is a value of a later version than there is.
func Later(key, body []byte) []byte {
	return appendSeal(append([]byte{valueVersion + 1}, body...), 0, key)
}

// EpochKey names the folder's epoch.
func EpochKey() []byte { return []byte(epochKey) }

// Sealed is a value with a checksum that fits.
func Sealed(key, body []byte) []byte {
	return appendSeal(append([]byte{valueVersion}, body...), 0, key)
}

// PieceKey names a part of a large record.
func PieceKey(stream string, seq persistence.Seq, generation uint64, n int) []byte {
	return (&large{stream: stream, seq: seq, generation: generation}).pieceKey(n)
}

// Mark is a well-sealed trim mark.
func Mark(stream string, through persistence.Seq) []byte {
	return encodeMark(markKey(stream), through)
}

// ForgedCommit is a well-sealed index entry that names one chunk.
func ForgedCommit(first persistence.Position, at time.Time, stream string, seq persistence.Seq, count int) (key, value []byte) {
	key = IndexKey(first)
	value = appendCommit(nil, at, []chunk{{stream: stream, first: seq, count: count}})
	return key, appendSeal(value, 0, key)
}
