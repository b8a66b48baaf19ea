package badger

import (
	"fmt"
	"sync"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// ends are the last sequences of all streams in memory: as they were when the folder was
// opened and everything had been verified, and as they were written since. Badger passes
// over a key that has rotted under it, so that a stream seems to end before it, or not to
// be there. An end is set when the commit is readable: whoever asks before a transaction
// begins finds at least so much in it.
type ends struct {
	mu   sync.RWMutex
	last map[string]persistence.Seq
}

// at is 0 for a stream without chunks.
func (e *ends) at(stream string) persistence.Seq {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.last[stream]
}

func (e *ends) set(chunks []chunk) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range chunks {
		e.last[chunks[i].stream] = chunks[i].last()
	}
}

// reached is ErrCorrupt when a stream that was once at end is found to be at last.
func reached(last, end persistence.Seq) error {
	if last >= end {
		return nil
	}
	return fmt.Errorf("%w: records %d to %d are missing", persistence.ErrCorrupt, last+1, end)
}

// loadEnds steps from stream to stream, not from chunk to chunk. A chunk that does not
// check is left to those who read it.
func loadEnds(db *database) (*ends, error) {
	e := &ends{last: map[string]persistence.Seq{}}
	err := look(db, func(txn *badgerdb.Txn) error {
		it := newIterator(txn, []byte(streamPrefix), true)
		defer it.Close()
		var past []byte
		for it.Seek(append([]byte(streamPrefix), 0xff)); it.Valid(); it.Seek(past) {
			stream, _, ok := splitChunkKey(it.Item().Key())
			if !ok {
				return fmt.Errorf("%w: key %q: not a chunk", persistence.ErrCorrupt, it.Item().Key())
			}
			err := it.Item().Value(func(value []byte) error {
				if c, err := parseChunk(stream, it.Item().Key(), value); err == nil {
					e.last[stream] = c.last()
				}
				return nil
			})
			if err != nil {
				return err
			}
			past = appendStreamPrefix(past[:0], stream)
		}
		return nil
	})
	return e, err
}
