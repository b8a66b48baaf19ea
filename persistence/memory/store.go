package memory

import (
	"bytes"
	"time"

	"partyline/persistence"
	"partyline/persistence/committer"
)

// store is the side of the journal that the committer writes to.
type store Journal

func (s *store) Ready() error { return s.controls.refusalErr() }

func (s *store) Last(stream string) (persistence.Seq, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return persistence.Seq(len(s.streams[stream])), nil
}

func (s *store) Head() (persistence.Position, time.Time, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return persistence.Position(len(s.records)), s.time, nil
}

// WritePart has nothing to do: a batch in memory takes a record of any size.
func (s *store) WritePart(string, persistence.Seq, []byte, int) (more bool, err error) {
	return false, nil
}

func (s *store) Commit(b *committer.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.time = b.Time
	for _, g := range b.Groups {
		s.writeGroup(g, b.Time)
	}
	for _, m := range b.Memos {
		s.memos[m.Key] = memo{bytes.Clone(m.Value), time.Now().Add(m.TTL)}
	}
	return nil
}

func (s *store) writeGroup(g committer.Group, at time.Time) {
	for i, data := range g.Records {
		r := persistence.Record{
			Stream:   g.Stream,
			Seq:      g.First + persistence.Seq(i),
			Position: g.Position + persistence.Position(i),
			Time:     at,
			Data:     bytes.Clone(data),
		}
		s.records = append(s.records, r)
		s.streams[g.Stream] = append(s.streams[g.Stream], r.Position)
	}
}
