package verify

import (
	"fmt"
	"time"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// verifyIndex walks the index from the first position and reads every chunk it names.
func (v *verifier) verifyIndex() error {
	s := database.NewCommitCursor(v.txn, false)
	defer s.Close()
	next := persistence.Position(1)
	var before time.Time
	for s.Iter.Rewind(); s.Iter.Valid(); s.Iter.Next() {
		if err := v.Proceed(); err != nil {
			return err
		}
		at, _ := layout.SplitIndexKey(s.Iter.Item().Key())
		if next != 0 && at != next {
			v.fault(Fault{Position: next, Reason: fmt.Sprintf("the next commit begins at position %d", at)})
		}
		entry, _, err := s.Commit()
		if err != nil {
			v.fault(Fault{Position: at, Reason: err.Error()})
			next = 0 // Unknown until the next entry says where it begins.
			continue
		}
		if entry.Time.Before(before) {
			v.fault(Fault{Position: at, Reason: fmt.Sprintf("committed at %s, before the one before it", entry.Time)})
		}
		before, next = entry.Time, entry.End()+1
		v.verifyCommit(&entry)
	}
	return nil
}

func (v *verifier) verifyCommit(entry *layout.Commit) {
	v.summary.Commits++
	v.summary.Head = entry.End()
	for i := range entry.Chunks {
		want := &entry.Chunks[i]
		key := layout.AppendChunkKey(nil, want.Stream, want.First)
		if v.mayBeMissing(want, key) {
			continue
		}
		if err := database.ReadIndexedChunk(v.txn, want, key, v.verifyRecords); err != nil {
			v.fault(Fault{Stream: want.Stream, Seq: want.First, Position: want.Position, Reason: err.Error()})
		}
		v.summary.Chunks++
	}
}

// mayBeMissing says whether the chunk is trimmed and deleted.
func (v *verifier) mayBeMissing(want *layout.Chunk, key []byte) bool {
	if want.Last() > v.trimmed[want.Stream] {
		return false
	}
	_, found, err := database.Get(v.txn, key)
	return !found && err == nil
}

// verifyRecords reads every record of the chunk.
func (v *verifier) verifyRecords(got *layout.Chunk) error {
	if err := database.LoadLargeRecord(v.txn, got); err != nil {
		return err
	}
	rest := got.Records
	for i := range got.Count {
		data, next, err := layout.NextRecord(rest)
		if err != nil {
			return got.BadLength(i)
		}
		rest = next
		v.summary.Records++
		v.summary.Bytes += int64(len(data))
	}
	if len(rest) > 0 {
		return fmt.Errorf("%w: %d bytes after the last record", persistence.ErrCorrupt, len(rest))
	}
	return nil
}
