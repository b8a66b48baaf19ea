package badger

import (
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// marks are the trim marks in memory: up to which sequence each stream is trimmed.
// Every read asks them. A mark is set here after it is on disk and before the first
// chunk goes. So whoever began a transaction that misses a chunk finds the mark.
type marks struct {
	mu    sync.RWMutex
	marks map[string]persistence.Seq
	// moves counts the marks set, so that readers may keep an answer.
	moves atomic.Uint64
}

// through is the last trimmed sequence of the stream, 0 when none is.
func (m *marks) through(stream string) persistence.Seq {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.marks[stream]
}

func (m *marks) set(stream string, through persistence.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.marks[stream] = through
	m.moves.Add(1)
}

// glance is what a reader remembers of the marks: that of the stream it met last.
type glance struct {
	moves   uint64
	stream  string
	through persistence.Seq
}

// at is the mark of the stream. Who reads the newest commits asks this for each chunk,
// mostly of the same stream, and mostly nothing was trimmed since.
func (g *glance) at(m *marks, stream string) persistence.Seq {
	moves := m.moves.Load()
	if moves == 0 {
		return 0
	}
	if moves != g.moves || stream != g.stream {
		*g = glance{moves: moves, stream: stream, through: m.through(stream)}
	}
	return g.through
}

func loadMarks(db *database) (*marks, error) {
	m := &marks{marks: map[string]persistence.Seq{}}
	err := look(db, func(txn *badgerdb.Txn) error {
		return eachMark(txn, func(stream string, through persistence.Seq, err error) error {
			m.set(stream, through)
			return err
		})
	})
	return m, err
}

// eachMark tells all marks, in the order of the streams' names. For a damaged one f
// gets the error.
func eachMark(txn *badgerdb.Txn, f func(stream string, through persistence.Seq, err error) error) error {
	it := newIterator(txn, []byte(markPrefix), false)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		stream := strings.TrimPrefix(string(it.Item().Key()), markPrefix)
		through, err := markOf(it.Item())
		if err := f(stream, through, err); err != nil {
			return err
		}
	}
	return nil
}

// readMark is 0 for a stream that was never trimmed.
func readMark(txn *badgerdb.Txn, stream string) (persistence.Seq, error) {
	key := markKey(stream)
	value, found, err := get(txn, key)
	if !found || err != nil {
		return 0, err
	}
	return parseMark(key, value)
}

func markOf(item *badgerdb.Item) (through persistence.Seq, err error) {
	err = item.Value(func(value []byte) error {
		through, err = parseMark(item.Key(), value)
		return err
	})
	return through, err
}

func parseMark(key, value []byte) (through persistence.Seq, err error) {
	body, err := unseal(key, value)
	if err != nil {
		return 0, err
	}
	if len(body) != numberSize {
		return 0, fmt.Errorf("%w: key %q: not a trim mark", persistence.ErrCorrupt, key)
	}
	return persistence.Seq(binary.BigEndian.Uint64(body)), nil
}

func encodeMark(key []byte, through persistence.Seq) []byte {
	b := binary.BigEndian.AppendUint64([]byte{valueVersion}, uint64(through))
	return appendSeal(b, 0, key)
}
