package memory

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"partyline/persistence"
)

type memo struct {
	value   []byte
	expires time.Time
}

// Memo reads a memo back; ok is false when there is none or it has expired.
func (j *Journal) Memo(ctx context.Context, key string) (value []byte, ok bool, err error) {
	if err := j.checkOpen(ctx); err != nil {
		return nil, false, fmt.Errorf("memo: %w", err)
	}
	j.mu.RLock()
	defer j.mu.RUnlock()
	m, ok := j.memos[key]
	if !ok || !time.Now().Before(m.expires) {
		return nil, false, nil
	}
	return bytes.Clone(m.value), true, nil
}

// SaveSnapshot stores a snapshot in place of the stream's earlier one.
func (j *Journal) SaveSnapshot(ctx context.Context, s persistence.Snapshot) error {
	if err := j.checkSnapshot(ctx, &s); err != nil {
		return fmt.Errorf("save snapshot %s: %w", s.Stream, err)
	}
	s.Data = bytes.Clone(s.Data)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.snapshots[s.Stream] = s
	return nil
}

// LoadSnapshot reads the newest snapshot; ok is false when there is none.
func (j *Journal) LoadSnapshot(ctx context.Context, stream string) (s persistence.Snapshot, ok bool, err error) {
	if err := j.checkOpen(ctx); err != nil {
		return persistence.Snapshot{}, false, fmt.Errorf("load snapshot %s: %w", stream, err)
	}
	j.mu.RLock()
	defer j.mu.RUnlock()
	s, ok = j.snapshots[stream]
	s.Data = bytes.Clone(s.Data)
	return s, ok, nil
}

func (j *Journal) checkSnapshot(ctx context.Context, s *persistence.Snapshot) error {
	if err := s.Check(); err != nil {
		return err
	}
	if err := j.checkOpen(ctx); err != nil {
		return err
	}
	return j.controls.refusalErr()
}
