package verify

import (
	"fmt"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// verifyStreams walks every stream from its first record that is there.
func (v *verifier) verifyStreams() error {
	return database.EachStream(v.txn, "", func(stream string) error {
		v.summary.Streams++
		return v.verifyStream(stream)
	})
}

func (v *verifier) verifyStream(stream string) error {
	s := database.NewChunkCursor(v.txn, stream, false)
	defer s.Close()
	next := persistence.Seq(1)
	for s.Iter.Rewind(); s.Iter.Valid(); s.Iter.Next() {
		if err := v.Proceed(); err != nil {
			return err
		}
		v.chunksFound++
		_, first, _ := layout.SplitChunkKey(s.Iter.Item().Key())
		// What is missing up to the trim mark is no gap.
		if next != 0 && first != next && (first < next || first-1 > v.trimmed[stream]) {
			v.fault(Fault{Stream: stream, Seq: next, Reason: fmt.Sprintf("the next chunk begins at record %d", first)})
		}
		got, _, err := s.Chunk()
		if err != nil {
			// Reported with its position when the index knows the chunk.
			v.fault(Fault{Stream: stream, Seq: first, Reason: err.Error()})
			next = 0
			continue
		}
		next = got.Last() + 1
	}
	return nil
}

// findUnindexed looks for chunks that no index entry names. The counts say whether there
// are any, so a whole journal is not walked once more.
func (v *verifier) findUnindexed() error {
	if v.chunksFound == v.summary.Chunks && v.summary.Faults == 0 {
		return nil
	}
	return database.EachStream(v.txn, "", func(stream string) error {
		s := database.NewChunkCursor(v.txn, stream, false)
		defer s.Close()
		for s.Iter.Rewind(); s.Iter.Valid(); s.Iter.Next() {
			if err := v.Proceed(); err != nil {
				return err
			}
			if got, _, err := s.Chunk(); err == nil && !v.isIndexed(&got) {
				v.fault(Fault{Stream: stream, Seq: got.First, Position: got.Position, Reason: "not in the index"})
			}
		}
		return nil
	})
}

func (v *verifier) isIndexed(got *layout.Chunk) bool {
	s := database.NewCommitCursor(v.txn, true)
	defer s.Close()
	entry, ok, err := s.Seek(got.Position)
	if !ok || err != nil {
		return false
	}
	for i := range entry.Chunks {
		if entry.Chunks[i].Stream == got.Stream && entry.Chunks[i].First == got.First {
			return true
		}
	}
	return false
}
