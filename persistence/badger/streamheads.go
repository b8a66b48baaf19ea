package badger

import (
	"fmt"
	"sync"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// streamHeads are the last sequences of all streams in memory: as they were when the
// folder was opened and everything had been verified, and as they were written since.
// Badger passes over a key that has rotted while it is open, so that a stream seems to end
// before it, or not to exist. A head is advanced when the commit is readable: a
// transaction that begins after a head was read finds at least so much.
type streamHeads struct {
	mu   sync.RWMutex
	last map[string]persistence.Seq
}

// of is the stream's last sequence, 0 for a stream without chunks.
func (e *streamHeads) of(stream string) persistence.Seq {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.last[stream]
}

func (e *streamHeads) advance(chunks []layout.Chunk) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range chunks {
		e.last[chunks[i].Stream] = chunks[i].Last()
	}
}

// loadStreamHeads steps from stream to stream, not from chunk to chunk. A chunk that does
// not check is left to those who read it.
func loadStreamHeads(db *database.DB) (*streamHeads, error) {
	e := &streamHeads{last: map[string]persistence.Seq{}}
	err := db.View(func(txn *badgerdb.Txn) error {
		it := database.NewIterator(txn, []byte(layout.StreamPrefix), true)
		defer it.Close()
		var past []byte
		steps := 0
		for it.Seek(append([]byte(layout.StreamPrefix), 0xff)); it.Valid(); it.Seek(past) {
			stream, _, ok := layout.SplitChunkKey(it.Item().Key())
			if !ok {
				return fmt.Errorf("%w: key %q: not a chunk", persistence.ErrCorrupt, it.Item().Key())
			}
			err := it.Item().Value(func(value []byte) error {
				if c, err := layout.ParseChunk(stream, it.Item().Key(), value); err == nil {
					e.last[stream] = c.Last()
				}
				return nil
			})
			if err != nil {
				return err
			}
			past = layout.AppendStreamPrefix(past[:0], stream)
			if steps++; steps%database.ReleaseSteps == 0 {
				db.ReleasePages()
			}
		}
		return nil
	})
	return e, err
}
