package badger

import (
	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// Damage changes the database behind the journal's back.
func (j *Journal) Damage(f func(*badgerdb.Txn) error) error { return j.db.Update(f) }

// ChunkKey, IndexKey, MemoKey, ManifestKey and PartKey name what a test damages.
func ChunkKey(stream string, first persistence.Seq) []byte { return appendChunkKey(nil, stream, first) }
func IndexKey(first persistence.Position) []byte           { return appendIndexKey(nil, first) }
func MemoKey(key string) []byte                            { return appendMemoKey(nil, key) }
func ManifestKey(stream string) []byte                     { return manifestKey(stream) }
func PartKey(stream string, generation uint64, part int) []byte {
	return partKey(stream, generation, part)
}

// Reading is how many reads hold the journal open.
func (j *Journal) Reading() int {
	j.gate.mu.Lock()
	defer j.gate.mu.Unlock()
	return j.gate.inside
}
