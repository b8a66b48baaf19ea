package badger

import (
	"fmt"

	"partyline/persistence"
)

// streams walks every stream from its first record that is there.
func (c *check) streams() error {
	return eachStream(c.txn, "", func(stream string) error {
		c.sum.Streams++
		return c.stream(stream)
	})
}

func (c *check) stream(stream string) error {
	s := newScan(c.txn, stream, false)
	defer s.close()
	next := persistence.Seq(1)
	for s.it.Rewind(); s.it.Valid(); s.it.Next() {
		if err := c.proceed(); err != nil {
			return err
		}
		c.seen++
		_, first, _ := splitChunkKey(s.it.Item().Key())
		// What is missing up to the trim mark is no gap.
		if next != 0 && first != next && (first < next || first-1 > c.marks[stream]) {
			c.fault(Fault{Stream: stream, Seq: next, Reason: fmt.Sprintf("the next chunk begins at record %d", first)})
		}
		got, _, err := s.chunk()
		if err != nil {
			// Reported with its position when the index knows the chunk.
			c.fault(Fault{Stream: stream, Seq: first, Reason: err.Error()})
			next = 0
			continue
		}
		next = got.last() + 1
	}
	return nil
}

// orphans looks for chunks that no index entry names. The counts tell whether there
// are any, so a whole journal is not walked once more.
func (c *check) orphans() error {
	if c.seen == c.sum.Chunks && c.sum.Faults == 0 {
		return nil
	}
	return eachStream(c.txn, "", func(stream string) error {
		s := newScan(c.txn, stream, false)
		defer s.close()
		for s.it.Rewind(); s.it.Valid(); s.it.Next() {
			if err := c.proceed(); err != nil {
				return err
			}
			if got, _, err := s.chunk(); err == nil && !c.indexed(&got) {
				c.fault(Fault{Stream: stream, Seq: got.first, Position: got.position, Reason: "not in the index"})
			}
		}
		return nil
	})
}

func (c *check) indexed(got *chunk) bool {
	s := newIndexScan(c.txn, true)
	defer s.close()
	entry, ok, err := s.seek(got.position)
	if !ok || err != nil {
		return false
	}
	for i := range entry.chunks {
		if entry.chunks[i].stream == got.stream && entry.chunks[i].first == got.first {
			return true
		}
	}
	return false
}
