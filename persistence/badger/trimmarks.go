package badger

import (
	"sync"
	"sync/atomic"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
)

// trimMarks are the trim marks in memory: up to which sequence each stream is trimmed.
// Every read asks them. A mark is set here after it is on disk and before the first chunk
// is deleted: a transaction that misses a chunk finds the mark.
type trimMarks struct {
	mu       sync.RWMutex
	byStream map[string]persistence.Seq
	// changes counts the marks set, so that readers may keep an answer.
	changes atomic.Uint64
}

// through is the last trimmed sequence of the stream, 0 when none is.
func (m *trimMarks) through(stream string) persistence.Seq {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.byStream[stream]
}

func (m *trimMarks) set(stream string, through persistence.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byStream[stream] = through
	m.changes.Add(1)
}

// trimCache is the trim mark that a reader looked up last.
type trimCache struct {
	changes uint64
	stream  string
	through persistence.Seq
}

// lookUp is the trim mark of the stream. A reader of the newest commits asks this for each
// chunk, mostly of the same stream, and mostly nothing was trimmed since.
func (c *trimCache) lookUp(m *trimMarks, stream string) persistence.Seq {
	changes := m.changes.Load()
	if changes == 0 {
		return 0
	}
	if changes != c.changes || stream != c.stream {
		*c = trimCache{changes: changes, stream: stream, through: m.through(stream)}
	}
	return c.through
}

func loadTrimMarks(db *database.DB) (*trimMarks, error) {
	m := &trimMarks{byStream: map[string]persistence.Seq{}}
	err := db.View(func(txn *badgerdb.Txn) error {
		return database.EachTrimMark(txn, func(stream string, through persistence.Seq, err error) error {
			m.set(stream, through)
			return err
		})
	})
	return m, err
}
