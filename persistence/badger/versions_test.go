package badger_test

import (
	"errors"
	"testing"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// TestMergeKeepsWhatAReadStillSees removes records in the middle of a
// verification, which reads the database as it was at its begin, and has Badger merge its
// tables.
func TestMergeKeepsWhatAReadStillSees(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir(), TailBytes: 1})
	write(t, j, "a", 0, 1)
	for i := range persistence.Seq(50) {
		write(t, j, "b", i, 1)
	}
	damage(t, j, flip(badger.ChunkKey("a", 1)))
	trimmed := false
	s, err := j.Verify(t.Context(), func(f badger.Fault) {
		if f.Stream != "a" {
			t.Errorf("%+v, though nobody has damaged that", f)
		}
		if trimmed {
			return
		}
		trimmed = true
		if err := errors.Join(j.Trim(t.Context(), "b", 50), j.Merge()); err != nil {
			t.Error(err)
		}
	})
	if !trimmed || !errors.Is(err, persistence.ErrCorrupt) {
		t.Fatalf("%+v, %v: nothing was trimmed meanwhile", s, err)
	}
	// Who begins now sees the trim, and has no need of what is gone.
	s, err = j.Verify(t.Context(), func(f badger.Fault) {
		if f.Stream != "a" {
			t.Errorf("%+v behind the trim", f)
		}
	})
	if s.Trimmed != 1 || !errors.Is(err, persistence.ErrCorrupt) {
		t.Fatalf("%+v, %v", s, err)
	}
}
