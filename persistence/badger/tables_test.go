package badger_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// TestFlippedBitInATableIsRefused flips one bit at a time, all over a table and
// everywhere in its footer. Badger by itself goes on without such a table and loses
// what it held, or crashes.
func TestFlippedBitInATableIsRefused(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	fill(t, j, 300)
	want := contents(t, j)
	closeJournal(t, j)
	name := tables(t, dir)[0]
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for at := 0; at < len(whole); at += stride(at, len(whole)) {
		rotten := slices.Clone(whole)
		rotten[at] ^= 1 << (at % 8)
		if err := os.WriteFile(name, rotten, 0o600); err != nil {
			t.Fatal(err)
		}
		if corrupt(t, dir, want) {
			refused++
		}
	}
	if refused < 100 {
		t.Errorf("only %d flips were refused", refused)
	}
	if err := os.WriteFile(name, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if corrupt(t, dir, want) {
		t.Error("the mended table is refused")
	}
}

// stride leaves nothing out at the end of a table, where its footer is.
func stride(at, size int) int {
	if at < size-40 {
		return min(397, size-40-at)
	}
	return 1
}

// corrupt opens the journal. A flip that unpacks to the same bytes may pass; then
// every record must be there and right.
func corrupt(t *testing.T, dir string, want []string) bool {
	t.Helper()
	j, err := badger.Open(badger.Options{Dir: dir})
	if err != nil {
		if !errors.Is(err, persistence.ErrCorrupt) {
			t.Fatalf("%v, want corrupt", err)
		}
		return true
	}
	defer closeJournal(t, j)
	if got := contents(t, j); !slices.Equal(got, want) {
		t.Fatalf("opened with %d records, want the %d from before", len(got), len(want))
	}
	return false
}

func closeJournal(t *testing.T, j *badger.Journal) {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func tables(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no tables: %v", err)
	}
	return names
}

func TestTruncatedTableIsRefused(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	fill(t, j, 100)
	closeJournal(t, j)
	name := tables(t, dir)[0]
	for _, size := range []int64{1000, 8, 3, 0} {
		if err := os.Truncate(name, size); err != nil {
			t.Fatal(err)
		}
		if _, err := badger.Open(badger.Options{Dir: dir}); !errors.Is(err, persistence.ErrCorrupt) {
			t.Errorf("cut to %d bytes: %v, want corrupt", size, err)
		}
	}
}

func TestLostTableIsRefused(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	fill(t, j, 100)
	closeJournal(t, j)
	if err := os.Remove(tables(t, dir)[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := badger.Open(badger.Options{Dir: dir}); !errors.Is(err, persistence.ErrCorrupt) {
		t.Fatalf("%v, want corrupt", err)
	}
}

// TestUnfinishedTableIsNoDamage: a kill leaves tables behind that
// the manifest does not name.
func TestUnfinishedTableIsNoDamage(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	fill(t, j, 100)
	want := contents(t, j)
	closeJournal(t, j)
	if err := os.WriteFile(filepath.Join(dir, "000099.sst"), []byte("half a table"), 0o600); err != nil {
		t.Fatal(err)
	}
	if corrupt(t, dir, want) {
		t.Fatal("refused")
	}
}

// TestEmptyLogLeftByAKillIsRemoved: the crash test found a folder that Badger
// would not open again ("Create a new file").
func TestEmptyLogLeftByAKillIsRemoved(t *testing.T) {
	for _, log := range []string{"00001.mem", "00099.mem", "000099.vlog"} {
		dir := t.TempDir()
		j := open(t, badger.Options{Dir: dir})
		fill(t, j, 20)
		want := contents(t, j)
		closeJournal(t, j)
		if err := os.WriteFile(filepath.Join(dir, log), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if corrupt(t, dir, want) {
			t.Errorf("%s: refused", log)
		}
	}
}
