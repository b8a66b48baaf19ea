package badger_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// set writes a key behind the journal's back.
func set(key, value []byte) func(*badgerdb.Txn) error {
	return func(txn *badgerdb.Txn) error { return txn.Set(key, value) }
}

// refusedAsNewer wants words that say who wrote it, and not that it is damaged.
func refusedAsNewer(t *testing.T, what string, err error, words string) {
	t.Helper()
	newer, ok := errors.AsType[*badger.NewerError](err)
	if !ok || errors.Is(err, persistence.ErrCorrupt) || errors.Is(err, badger.ErrBackup) {
		t.Fatalf("%s: %v, want refused as newer", what, err)
	}
	if !strings.Contains(newer.Error(), words) {
		t.Errorf("%s: %q, want %q in it", what, newer, words)
	}
}

// TestFolderOfALaterSchemaIsRefused: opened, verified and restored from its
// backup.
func TestFolderOfALaterSchemaIsRefused(t *testing.T) {
	later := badger.Options{Dir: t.TempDir(), Schema: 8, Writer: "Partyline v9"}
	j := open(t, later)
	write(t, j, "a", 0, 3)
	b := backup(t, j)
	j.Close()
	earlier := badger.Options{Dir: later.Dir, Schema: 7, Writer: "Partyline v8"}
	const words = "written by Partyline v9 in format 2, schema 8; this version knows them up to format 2, schema 7"
	_, err := badger.Open(earlier)
	refusedAsNewer(t, "open", err, words)
	_, err = badger.Verify(t.Context(), earlier, nil)
	refusedAsNewer(t, "verify", err, words)
	earlier.Dir = filepath.Join(t.TempDir(), "restored")
	refusedAsNewer(t, "restore", badger.Restore(t.Context(), earlier, bytes.NewReader(b)), words)
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(earlier.Dir), ".*")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	j = open(t, later)
	verified(t, j)
	write(t, j, "a", 3, 1)
}

// TestFolderIsUpgradedWhenOpened, once: from then on the older program refuses it.
func TestFolderIsUpgradedWhenOpened(t *testing.T) {
	old := badger.Options{Dir: t.TempDir(), Schema: 7, Writer: "old"}
	writeAndClose(t, old)
	for _, o := range []badger.Options{{Schema: 8, Writer: "new"}, {Schema: 8, Writer: "newer, of the same schema"}, {}} {
		o.Dir = old.Dir
		writeAndClose(t, o)
		_, err := badger.Open(old)
		refusedAsNewer(t, "open", err, "written by new in format 2, schema 8")
	}
}

// writeAndClose opens a journal for one record.
func writeAndClose(t *testing.T, o badger.Options) {
	t.Helper()
	j := open(t, o)
	last, err := j.Last(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	write(t, j, "a", last, 1)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestFolderOfTheFirstFormatIsUpgraded takes one that says nothing but its format.
func TestFolderOfTheFirstFormatIsUpgraded(t *testing.T) {
	o := badger.Options{Dir: t.TempDir(), Schema: 2, Writer: "new"}
	j := open(t, o)
	write(t, j, "a", 0, 3)
	damage(t, j, set(badger.FormatKey(), badger.OldFormat()))
	damage(t, j, remove(badger.EpochKey()))
	j.Close()
	j = open(t, o)
	if e := j.Epoch(); !e.Adopted || e.AdoptedAt != 3 {
		t.Errorf("epoch %+v, want one adopted at 3", e)
	}
	verified(t, j)
	b := backup(t, j)
	j.Close()
	o.Schema = 1
	_, err := badger.Open(o)
	refusedAsNewer(t, "open", err, "written by new in format 2, schema 2")
	o.Dir = filepath.Join(t.TempDir(), "restored")
	refusedAsNewer(t, "restore", badger.Restore(t.Context(), o, bytes.NewReader(b)), "written by new in format 2, schema 2")
}

// TestRestoredBackupOfTheFirstFormatIsUpgraded: what an older program would not know of
// is in the folder from the restore on.
func TestRestoredBackupOfTheFirstFormatIsUpgraded(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir(), Schema: 1})
	write(t, j, "a", 0, 3)
	damage(t, j, set(badger.FormatKey(), badger.OldFormat()))
	damage(t, j, remove(badger.EpochKey()))
	o := badger.Options{Dir: filepath.Join(t.TempDir(), "restored"), Schema: 2, Writer: "new"}
	if err := badger.Restore(t.Context(), o, bytes.NewReader(backup(t, j))); err != nil {
		t.Fatal(err)
	}
	o.Schema = 1
	_, err := badger.Open(o)
	refusedAsNewer(t, "open", err, "written by new")
}

// TestFolderOfALaterFormatIsRefused: of one that nobody knows yet only the words are read, if
// there are any.
func TestFolderOfALaterFormatIsRefused(t *testing.T) {
	for body, words := range map[string]string{
		`{"schema":12,"writer":"Partyline v20","more":[1]}`: "written by Partyline v20 in format 3, schema 12; this version knows them up to format 2, schema 2",
		`{"schema":12,"writer":"\u001b[2J"}`:                "written by a newer version in format 3, schema 12",
		"\x01\x02":                                          "written by a newer version in format 3",
		"":                                                  "written by a newer version in format 3",
	} {
		dir := t.TempDir()
		j := open(t, badger.Options{Dir: dir})
		damage(t, j, set(badger.FormatKey(), badger.Format(3, body)))
		j.Close()
		_, err := badger.Open(badger.Options{Dir: dir, Schema: 2})
		refusedAsNewer(t, body, err, words)
	}
}

// TestValueOfALaterVersionIsNotDamage, whether it stands in a log or in a table.
func TestValueOfALaterVersionIsNotDamage(t *testing.T) {
	for _, merged := range []bool{false, true} {
		dir := t.TempDir()
		j := open(t, badger.Options{Dir: dir})
		write(t, j, "a", 0, 3)
		damage(t, j, set(badger.IndexKey(1), badger.Later(badger.IndexKey(1), []byte("what nobody knows yet"))))
		if merged {
			if err := j.Merge(); err != nil {
				t.Fatal(err)
			}
		}
		j.Close()
		_, err := badger.Open(badger.Options{Dir: dir})
		refusedAsNewer(t, "open", err, "written by a newer version in format 2")
	}
}

func TestDamagedFormatIsCorrupt(t *testing.T) {
	for name, how := range map[string]func(*badgerdb.Txn) error{
		"flipped":  flip(badger.FormatKey()),
		"short":    set(badger.FormatKey(), []byte{2, 1}),
		"no JSON":  set(badger.FormatKey(), badger.Format(2, "{")),
		"schema 0": set(badger.FormatKey(), badger.Format(2, `{"schema":0}`)),
		"no epoch": remove(badger.EpochKey()),
	} {
		dir := t.TempDir()
		j := open(t, badger.Options{Dir: dir})
		write(t, j, "a", 0, 3)
		damage(t, j, how)
		j.Close()
		if _, err := badger.Open(badger.Options{Dir: dir}); !errors.Is(err, persistence.ErrCorrupt) {
			t.Errorf("%s: %v, want corrupt", name, err)
		}
	}
}
