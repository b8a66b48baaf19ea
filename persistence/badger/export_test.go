package badger

import (
	"context"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// Damage changes the database without the journal's knowledge.
func (j *Journal) Damage(f func(*badgerdb.Txn) error) error {
	return j.db.raw.Update(context.Background(), func(c *database.WriteTxn) error { return f(c.Txn) })
}

// Merge makes Badger merge its newest tables, as it does when keys are dropped: one that
// was written for that.
func (j *Journal) Merge() error {
	nobodys := []byte{0xff, 0xff}
	if err := j.db.raw.Update(context.Background(), func(c *database.WriteTxn) error { return c.Set(nobodys, nobodys) }); err != nil {
		return err
	}
	return j.db.raw.DropPrefix(nobodys)
}

// ForgetTail empties the tail, so that everything is read from the database.
func (j *Journal) ForgetTail() {
	j.tail.mu.Lock()
	defer j.tail.mu.Unlock()
	j.tail.blocks, j.tail.bytes = nil, 0
}

// ChunkKey, IndexKey, TrimMarkKey, MemoKey, ManifestKey and PartKey are the keys that a
// test damages.
func ChunkKey(stream string, first persistence.Seq) []byte {
	return layout.AppendChunkKey(nil, stream, first)
}
func IndexKey(first persistence.Position) []byte { return layout.AppendIndexKey(nil, first) }
func TrimMarkKey(stream string) []byte           { return layout.TrimMarkKey(stream) }
func MemoKey(key string) []byte                  { return layout.AppendMemoKey(nil, key) }
func ManifestKey(stream string) []byte           { return layout.ManifestKey(stream) }
func PartKey(stream string, generation uint64, part int) []byte {
	return layout.SnapshotPartKey(stream, generation, part)
}

// FormatKey is the key of the folder's format.
func FormatKey() []byte { return []byte(layout.FormatKey) }

// OldFormat is the value of a format key as commit ffa9881 wrote it.
func OldFormat() []byte { return WithChecksum(FormatKey(), nil) }

// Format is the value of a format key of any format.
func Format(format byte, body string) []byte {
	return layout.AppendChecksum(append([]byte{format}, body...), 0, FormatKey())
}

// Later is a value of a later version than there is.
func Later(key, body []byte) []byte {
	return layout.AppendChecksum(append([]byte{layout.ValueVersion + 1}, body...), 0, key)
}

// EpochKey names the folder's epoch.
func EpochKey() []byte { return []byte(layout.EpochKey) }

// WithChecksum is a value with a checksum that fits.
func WithChecksum(key, body []byte) []byte {
	return layout.AppendChecksum(append([]byte{layout.ValueVersion}, body...), 0, key)
}

// RecordPartKey is the key of a part of a large record.
func RecordPartKey(stream string, seq persistence.Seq, generation uint64, n int) []byte {
	return (&layout.LargeRecord{Stream: stream, Seq: seq, Generation: generation}).PartKey(n)
}

// TrimMark is a trim mark with a checksum that fits.
func TrimMark(stream string, through persistence.Seq) []byte {
	return layout.EncodeTrimMark(layout.TrimMarkKey(stream), through)
}

// ForgedCommit is an index entry that names one chunk, with a checksum that fits.
func ForgedCommit(first persistence.Position, at time.Time, stream string, seq persistence.Seq, count int) (key, value []byte) {
	key = IndexKey(first)
	value = layout.AppendCommit(nil, at, []layout.Chunk{{Stream: stream, First: seq, Count: count}})
	return key, layout.AppendChecksum(value, 0, key)
}
