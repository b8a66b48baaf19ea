package badger

import (
	"fmt"
	"time"

	"partyline/persistence"
)

// order walks the index from the first position and gets every chunk it names.
func (c *check) order() error {
	s := newIndexScan(c.txn, false)
	defer s.close()
	next := persistence.Position(1)
	var before time.Time
	for s.it.Rewind(); s.it.Valid(); s.it.Next() {
		if err := c.proceed(); err != nil {
			return err
		}
		at, _ := splitIndexKey(s.it.Item().Key())
		if next != 0 && at != next {
			c.fault(Fault{Position: next, Reason: fmt.Sprintf("the next commit begins at position %d", at)})
		}
		entry, _, err := s.commit()
		if err != nil {
			c.fault(Fault{Position: at, Reason: err.Error()})
			next = 0 // Unknown until the next entry says where it begins.
			continue
		}
		if entry.time.Before(before) {
			c.fault(Fault{Position: at, Reason: fmt.Sprintf("committed at %s, before the one before it", entry.time)})
		}
		before, next = entry.time, entry.end()+1
		c.commit(&entry)
	}
	return nil
}

func (c *check) commit(entry *commit) {
	c.sum.Commits++
	c.sum.Head = entry.end()
	for i := range entry.chunks {
		want := &entry.chunks[i]
		key := appendChunkKey(nil, want.stream, want.first)
		if c.trimmed(want, key) {
			continue
		}
		if err := withChunk(c.txn, want, key, c.records); err != nil {
			c.fault(Fault{Stream: want.stream, Seq: want.first, Position: want.position, Reason: err.Error()})
		}
		c.sum.Chunks++
	}
}

// trimmed is whether the chunk is gone and may be.
func (c *check) trimmed(want *chunk, key []byte) bool {
	if want.last() > c.marks[want.stream] {
		return false
	}
	_, found, err := get(c.txn, key)
	return !found && err == nil
}

// records takes the chunk apart.
func (c *check) records(got *chunk) error {
	if err := got.open(c.txn); err != nil {
		return err
	}
	rest := got.records
	for i := range got.count {
		data, next, err := cut(rest)
		if err != nil {
			return damaged(got, i)
		}
		rest = next
		c.sum.Records++
		c.sum.Bytes += int64(len(data))
	}
	if len(rest) > 0 {
		return fmt.Errorf("%w: %d bytes after the last record", persistence.ErrCorrupt, len(rest))
	}
	return nil
}
