package badger_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// TestFolderWithoutAnEpochIsAdopted opens what a version without epochs has left.
func TestFolderWithoutAnEpochIsAdopted(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	write(t, j, "a", 0, 5)
	before := j.Epoch()
	damage(t, j, remove(badger.EpochKey()))
	damage(t, j, set(badger.FormatKey(), badger.OldFormat()))
	j.Close()
	j = open(t, badger.Options{Dir: dir})
	epoch := j.Epoch()
	if err := epoch.Check(); err != nil || !epoch.Adopted || epoch.AdoptedAt != 5 || epoch.ID == before.ID {
		t.Fatalf("%+v, %v, want one adopted at 5", epoch, err)
	}
	write(t, j, "a", 5, 5)
	j.Close()
	if j = open(t, badger.Options{Dir: dir}); j.Epoch() != epoch {
		t.Fatalf("%+v after reopening, want %+v", j.Epoch(), epoch)
	}
}

// TestRestoredFolderHasItsOwnEpoch restores one backup twice, then one that was
// made without an epoch.
func TestRestoredFolderHasItsOwnEpoch(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir()})
	write(t, j, "a", 0, 5)
	b := backup(t, j)
	seen := map[string]bool{j.Epoch().ID: true}
	restored := func(b []byte) {
		t.Helper()
		r := restore(t, filepath.Join(t.TempDir(), "restored"), b)
		verified(t, r)
		if epoch := r.Epoch(); epoch.Check() != nil || epoch.Adopted || epoch.Quiet || epoch.RestoredAt != 5 || seen[epoch.ID] {
			t.Fatalf("%+v, want a new one", epoch)
		}
		seen[r.Epoch().ID] = true
	}
	restored(b)
	restored(b)
	damage(t, j, remove(badger.EpochKey()))
	restored(backup(t, j))
}

// TestRecordKeepsTheEpochItWasWrittenIn takes a folder of a version without epochs
// through an adoption and two restores.
func TestRecordKeepsTheEpochItWasWrittenIn(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	write(t, j, "a", 0, 2)
	damage(t, j, remove(badger.EpochKey()))
	damage(t, j, set(badger.FormatKey(), badger.OldFormat()))
	j.Close()
	j = open(t, badger.Options{Dir: dir})
	want := []string{"", "", j.Epoch().ID}
	write(t, j, "a", 2, 1)
	for round := range persistence.Seq(2) {
		j = restore(t, filepath.Join(t.TempDir(), "restored"), backup(t, j))
		want = append(want, j.Epoch().ID)
		write(t, j, "a", 3+round, 1)
	}
	// A restore of what holds nothing new adds nothing.
	j = restore(t, filepath.Join(t.TempDir(), "restored"), backup(t, restore(t, filepath.Join(t.TempDir(), "restored"), backup(t, j))))
	want = append(want, j.Epoch().ID)
	for i, id := range want {
		if got := j.EpochAt(persistence.Position(i + 1)); got != id {
			t.Errorf("record %d is of %q, want %q", i+1, got, id)
		}
	}
	verified(t, j)
}

func TestRestoredFolderIsQuietWhenAskedTo(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir()})
	write(t, j, "a", 0, 2)
	dir := filepath.Join(t.TempDir(), "restored")
	if err := badger.Restore(t.Context(), badger.Options{Dir: dir, Quiet: true}, bytes.NewReader(backup(t, j))); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r := open(t, badger.Options{Dir: dir})
		if e := r.Epoch(); !e.Quiet || e.RestoredAt != 2 {
			t.Fatalf("%+v, want quiet, restored at 2", e)
		}
		r.Close()
	}
}

func TestDamagedEpochIsNotReplaced(t *testing.T) {
	for name, how := range map[string]func(*badgerdb.Txn) error{
		"flipped": flip(badger.EpochKey()),
		"no epoch": func(txn *badgerdb.Txn) error {
			return txn.Set(badger.EpochKey(), badger.WithChecksum(badger.EpochKey(), []byte(`{"id":"UPPER"}`)))
		},
		"past that goes back": func(txn *badgerdb.Txn) error {
			return txn.Set(badger.EpochKey(), badger.WithChecksum(badger.EpochKey(), []byte(`{"id":"abcdefghijklmnop","past":[{"id":"","through":3},{"id":"","through":2}]}`)))
		},
		"short": func(txn *badgerdb.Txn) error {
			return txn.Set(badger.EpochKey(), badger.WithChecksum(badger.EpochKey(), nil))
		},
	} {
		dir := t.TempDir()
		j := open(t, badger.Options{Dir: dir})
		damage(t, j, how)
		j.Close()
		if _, err := badger.Open(badger.Options{Dir: dir}); !errors.Is(err, persistence.ErrCorrupt) {
			t.Errorf("%s: %v, want corrupt", name, err)
		}
	}
}

func TestVerifyChecksTheEpoch(t *testing.T) {
	other := persistence.NewEpoch()
	for name, how := range map[string]func(*badgerdb.Txn) error{
		"flipped": flip(badger.EpochKey()),
		"gone":    remove(badger.EpochKey()),
		"another": func(txn *badgerdb.Txn) error {
			return txn.Set(badger.EpochKey(), badger.WithChecksum(badger.EpochKey(), []byte(`{"id":"`+other.ID+`"}`)))
		},
	} {
		j := open(t, badger.Options{Dir: t.TempDir()})
		write(t, j, "a", 0, 1)
		damage(t, j, how)
		if s, err := j.Verify(t.Context(), nil); !errors.Is(err, persistence.ErrCorrupt) || s.Faults != 1 {
			t.Errorf("%s: %d faults, %v, want one", name, s.Faults, err)
		}
	}
}
