package badger

import (
	"context"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/committer"
)

// store writes the committer's batches to the database. It implements committer.Store.
type store struct {
	db        *database.DB
	diskSpace *database.DiskSpace
	tail      *tail
	heads     *streamHeads
	encoder   encoder
}

// Ready is nil while a write may be tried, else ErrUnavailable.
func (s *store) Ready() error {
	if err := s.db.Ready(); err != nil {
		return err
	}
	return s.diskSpace.Check()
}

// Last is the sequence of the stream's last record, trimmed or not.
func (s *store) Last(stream string) (persistence.Seq, error) {
	var last persistence.Seq
	err := s.db.View(func(txn *badgerdb.Txn) (err error) {
		if last, err = database.LastSeq(txn, stream); err != nil {
			return err
		}
		return database.CheckHead(last, s.heads.of(stream))
	})
	return last, err
}

// Head is read from the newest index entry, with one seek.
func (s *store) Head() (persistence.Position, time.Time, error) {
	var at persistence.Position
	var when time.Time
	err := s.db.View(func(txn *badgerdb.Txn) error {
		c, ok, err := database.LastCommit(txn)
		if ok && err == nil {
			at, when = c.End(), c.Time
		}
		return err
	})
	return at, when, err
}

// WritePart writes a part of a large record as a transaction of its own.
func (s *store) WritePart(stream string, seq persistence.Seq, record []byte, part int) (more bool, err error) {
	if part == 0 {
		if s.encoder.large, err = database.NewLargeRecord(s.db, stream, seq, len(record)); err != nil {
			return false, err
		}
	}
	l := &s.encoder.large
	key, value := l.EncodePart(record, part)
	err = s.db.Update(context.Background(), func(c *database.WriteTxn) error { return c.Set(key, value) })
	return part+1 < l.Parts(), err
}

// Commit writes the batch as one transaction with one sync, advances the watermark, and
// only then makes the batch visible to reads.
func (s *store) Commit(b *committer.Batch) error {
	s.encoder.encode(b)
	if err := s.db.UpdateThen(context.Background(), s.writeEntries, s.advanceWatermark); err != nil {
		return err
	}
	if len(s.encoder.chunks) > 0 {
		s.heads.advance(s.encoder.chunks)
		s.tail.push(s.encoder.chunks)
	}
	return nil
}

func (s *store) writeEntries(c *database.WriteTxn) error {
	for _, e := range s.encoder.entries {
		if err := c.SetEntry(e); err != nil {
			return err
		}
	}
	return nil
}

// advanceWatermark moves the watermark to the end of what was encoded.
func (s *store) advanceWatermark() error {
	n := len(s.encoder.chunks)
	if n == 0 {
		return nil
	}
	return s.db.AdvanceWatermark(s.encoder.chunks[n-1].End())
}
