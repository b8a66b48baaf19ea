package badger

import (
	"context"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/committer"
)

// store is the side of the journal that the committer writes to.
type store struct {
	db      *database
	guard   *guard
	tail    *tail
	ends    *ends
	encoder encoder
}

func (s *store) Ready() error {
	if err := s.db.ready(); err != nil {
		return err
	}
	return s.guard.check()
}

// Last is the sequence of the stream's last record, trimmed or not.
func (s *store) Last(stream string) (persistence.Seq, error) {
	var last persistence.Seq
	err := look(s.db, func(txn *badgerdb.Txn) (err error) {
		if last, err = lastSeq(txn, stream); err != nil {
			return err
		}
		return reached(last, s.ends.at(stream))
	})
	return last, err
}

// Head is found by one seek to the newest index entry.
func (s *store) Head() (persistence.Position, time.Time, error) {
	var at persistence.Position
	var when time.Time
	err := look(s.db, func(txn *badgerdb.Txn) error {
		c, ok, err := lastCommit(txn)
		if ok && err == nil {
			at, when = c.end(), c.time
		}
		return err
	})
	return at, when, err
}

// Stage writes a part of a large record as a transaction of its own.
func (s *store) Stage(stream string, seq persistence.Seq, record []byte, part int) (more bool, err error) {
	if part == 0 {
		if s.encoder.staged, err = nextLarge(s.db, stream, seq, len(record)); err != nil {
			return false, err
		}
	}
	l := &s.encoder.staged
	key, value := l.encodePiece(record, part)
	err = s.db.update(context.Background(), func(c *change) error { return c.Set(key, value) })
	return part+1 < l.pieces(), err
}

// Commit writes the batch as one transaction with one sync, moves the water mark, and
// only then shows it.
func (s *store) Commit(b *committer.Batch) error {
	s.encoder.encode(b)
	if err := s.db.updateThen(context.Background(), s.set, s.reach); err != nil {
		return err
	}
	if len(s.encoder.chunks) > 0 {
		s.ends.set(s.encoder.chunks)
		s.tail.push(s.encoder.chunks)
	}
	return nil
}

func (s *store) set(c *change) error {
	for _, e := range s.encoder.entries {
		if err := c.SetEntry(e); err != nil {
			return err
		}
	}
	return nil
}

// reach moves the water mark to the end of what was encoded.
func (s *store) reach() error {
	n := len(s.encoder.chunks)
	if n == 0 {
		return nil
	}
	return s.db.mark.set(s.encoder.chunks[n-1].end())
}

// lastSeq is that of the newest chunk, or the trim mark where all chunks are gone.
func lastSeq(txn *badgerdb.Txn, stream string) (persistence.Seq, error) {
	s := newScan(txn, stream, true)
	defer s.close()
	c, ok, err := s.seekEnd()
	if err != nil {
		return 0, err
	}
	if !ok {
		return readMark(txn, stream)
	}
	return c.last(), nil
}

func lastCommit(txn *badgerdb.Txn) (commit, bool, error) {
	s := newIndexScan(txn, true)
	defer s.close()
	return s.seek(maxPosition)
}
