package badger_test

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// leftByAKill is a copy of the folder of a journal that is open, with tables and logs.
func leftByAKill(t *testing.T) (dir string, j *badger.Journal) {
	t.Helper()
	live := t.TempDir()
	j = open(t, badger.Options{Dir: live})
	fill(t, j, 200)
	j.Close()
	j = open(t, badger.Options{Dir: live})
	write(t, j, "later", 0, 50)
	if err := j.Trim(t.Context(), "later", 3); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveSnapshot(t.Context(), persistence.Snapshot{Stream: "later", Seq: 9, Version: 1, Data: []byte("nine")}); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "left")
	if err := os.CopyFS(dir, os.DirFS(live)); err != nil {
		t.Fatal(err)
	}
	return dir, j
}

// state is all there is to see of a folder: names, modes, sizes, times, and sums.
func state(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		sum := uint32(0)
		if !d.IsDir() {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			sum = crc32.ChecksumIEEE(b)
		}
		all = append(all, fmt.Sprint(path, info.Mode(), info.Size(), info.ModTime().UnixNano(), sum))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// removeWritePermission takes the right to write away from everybody.
func removeWritePermission(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.Chmod(filepath.Join(dir, e.Name()), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
}

// TestOpenReadOnlyChangesNothing verifies a read-only copy that a kill has left, backs it up,
// and reads it, twice at the same time: everything is there, and the folder is as it was.
func TestOpenReadOnlyChangesNothing(t *testing.T) {
	dir, live := leftByAKill(t)
	removeWritePermission(t, dir)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	before := state(t, dir)
	want, err := live.Verify(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := badger.Verify(t.Context(), badger.Options{Dir: dir}, nil)
	if err != nil || got != want {
		t.Errorf("verified %+v, %v, want %+v", got, err, want)
	}
	j, err := badger.OpenReadOnly(badger.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := badger.Verify(t.Context(), badger.Options{Dir: dir}, nil); err != nil {
		t.Errorf("beside another reader: %v", err)
	}
	if _, err := badger.Open(badger.Options{Dir: dir}); !errors.Is(err, badger.ErrLocked) {
		t.Errorf("opened to be written beside a reader: %v, want locked", err)
	}
	if j.Epoch() != live.Epoch() || !slices.Equal(contents(t, j), contents(t, live)) {
		t.Error("it reads otherwise than the journal it is a copy of")
	}
	var theirs bytes.Buffer
	if err := j.Backup(t.Context(), &theirs); err != nil || !bytes.Equal(theirs.Bytes(), backup(t, live)) {
		t.Errorf("backup of %d bytes is not that of the journal it is a copy of: %v", theirs.Len(), err)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	if after := state(t, dir); !slices.Equal(before, after) {
		t.Errorf("the folder was\n%q\nand is\n%q", before, after)
	}
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestReadOnlyJournalRefusesWrites(t *testing.T) {
	dir, _ := leftByAKill(t)
	before := state(t, dir)
	j, err := badger.OpenReadOnly(badger.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for name, err := range map[string]error{
		"append":   outcome(t, send(j, persistence.Append{Stream: "b", Records: [][]byte{[]byte("x")}})).Err,
		"snapshot": j.SaveSnapshot(t.Context(), persistence.Snapshot{Stream: "b", Seq: 1}),
		"trim":     j.Trim(t.Context(), "later", 9),
		"health":   j.Health(),
	} {
		if !errors.Is(err, persistence.ErrUnavailable) {
			t.Errorf("%s: %v, want unavailable", name, err)
		}
	}
	if after := state(t, dir); !slices.Equal(before, after) {
		t.Errorf("the folder was\n%q\nand is\n%q", before, after)
	}
}

func TestOpenReadOnlyOfALockedFolderFails(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	write(t, j, "a", 0, 1)
	if _, err := badger.Verify(t.Context(), badger.Options{Dir: dir}, nil); !errors.Is(err, badger.ErrLocked) {
		t.Fatalf("%v, want locked", err)
	}
}

func TestOpenReadOnlyWithoutAJournalFails(t *testing.T) {
	dir := t.TempDir()
	if j, err := badger.OpenReadOnly(badger.Options{Dir: dir}); err == nil {
		j.Close()
		t.Error("an empty folder was opened")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left %v in it", left)
	}
	if j, err := badger.OpenReadOnly(badger.Options{Dir: filepath.Join(dir, "nowhere")}); err == nil {
		j.Close()
		t.Error("a folder that is not there was opened")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left %v in it", left)
	}
}

// TestOpenReadOnlyDoesNotUpgrade: to look at what an older program has
// left must not keep that program from it.
func TestOpenReadOnlyDoesNotUpgrade(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	write(t, j, "a", 0, 3)
	damage(t, j, set(badger.FormatKey(), badger.OldFormat()))
	damage(t, j, remove(badger.EpochKey()))
	j.Close()
	before := state(t, dir)
	if s, err := badger.Verify(t.Context(), badger.Options{Dir: dir, Schema: 2}, nil); err != nil || s.Records != 3 {
		t.Errorf("%+v, %v", s, err)
	}
	if after := state(t, dir); !slices.Equal(before, after) {
		t.Errorf("the folder was\n%q\nand is\n%q", before, after)
	}
}
