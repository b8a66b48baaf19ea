package badger_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger"
)

func TestFolderIsLocked(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	if _, err := badger.Open(badger.Options{Dir: dir}); !errors.Is(err, badger.ErrLocked) {
		t.Fatalf("%v, want locked", err)
	}
	write(t, j, "a", 0, 1)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, open(t, badger.Options{Dir: dir}), "a", 1, 1)
}

func TestFolderIsMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "data")
	write(t, open(t, badger.Options{Dir: dir}), "a", 0, 1)
}

func TestFileInPlaceOfTheFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := badger.Open(badger.Options{Dir: file}); err == nil {
		t.Fatal("opened a file")
	}
}

func TestForeignDatabaseIsRefused(t *testing.T) {
	dir := t.TempDir()
	db, err := badgerdb.Open(badgerdb.DefaultOptions(dir).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(func(txn *badgerdb.Txn) error { return txn.Set([]byte("theirs"), nil) }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := badger.Open(badger.Options{Dir: dir}); !errors.Is(err, persistence.ErrCorrupt) {
		t.Fatalf("%v, want corrupt", err)
	}
}

// TestFilesThatOthersCanReadAreMadePrivate: versions before this one made them so.
func TestFilesThatOthersCanReadAreMadePrivate(t *testing.T) {
	dir := t.TempDir()
	writeAndClose(t, badger.Options{Dir: dir})
	before, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range before {
		if err := os.Chmod(filepath.Join(dir, e.Name()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	open(t, badger.Options{Dir: dir})
	for _, e := range before {
		info, err := os.Stat(filepath.Join(dir, e.Name()))
		if err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", e.Name(), info.Mode().Perm())
		}
	}
}

func TestJournalRunsInASynctestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		for i := range 2 {
			j, err := badger.Open(badger.Options{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			fill(t, j, 20*i)
			synctest.Wait()
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
