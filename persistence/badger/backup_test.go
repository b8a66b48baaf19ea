package badger_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// TestBackupUnderLoadIsConsistent backs up while writers write: what is restored is
// whole, and the beginning of what was written.
func TestBackupUnderLoadIsConsistent(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir()})
	fill(t, j, 100)
	done := make(chan struct{})
	var writers sync.WaitGroup
	for _, stream := range []string{"load/1", "load/2", "load/3"} {
		writers.Go(func() {
			var last persistence.Seq
			for ctxDone := false; !ctxDone; {
				last = write(t, j, stream, last, 3).Last
				select {
				case <-done:
					ctxDone = true
				default:
				}
			}
		})
	}
	var backups [][]byte
	for range 5 {
		backups = append(backups, backup(t, j))
		write(t, j, "between", persistence.Seq(len(backups)-1), 1)
	}
	close(done)
	writers.Wait()
	all := contents(t, j)
	for i, b := range backups {
		dir := filepath.Join(t.TempDir(), "restored")
		restored := restore(t, dir, b)
		verified(t, restored)
		if got := contents(t, restored); len(got) < i || !slices.Equal(got, all[:len(got)]) {
			t.Fatalf("backup %d: %d records that are not the first of what was written", i, len(got))
		}
		if last, _ := restored.Last(t.Context(), "between"); last != persistence.Seq(i) {
			t.Fatalf("backup %d holds %d of what came between the backups", i, last)
		}
		write(t, restored, "after", 0, 1)
	}
}

func TestRestoredJournalHasEverything(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir()})
	fill(t, j, 50)
	s := persistence.Snapshot{Stream: "session/1", Seq: 7, Version: 3, Data: bytes.Repeat([]byte("snapshot"), 100_000)}
	for range 2 {
		if err := j.SaveSnapshot(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	o := outcome(t, send(j, persistence.Append{Stream: "m", Records: [][]byte{make([]byte, persistence.MaxAppendBytes)},
		Memo: &persistence.Memo{Key: "k", Value: []byte("answer"), TTL: time.Hour}}))
	if o.Err != nil {
		t.Fatal(o.Err)
	}
	dir := filepath.Join(t.TempDir(), "not", "there", "yet")
	restored := restore(t, dir, backup(t, j))
	if got, want := verified(t, restored), verified(t, j); got != want {
		t.Fatalf("restored %+v, want %+v", got, want)
	}
	if v, ok, err := restored.Memo(t.Context(), "k"); !ok || err != nil || string(v) != "answer" {
		t.Fatalf("memo %q, %v, %v", v, ok, err)
	}
	got, ok, err := restored.LoadSnapshot(t.Context(), "session/1")
	if !ok || err != nil || got.Seq != 7 || got.Version != 3 || !bytes.Equal(got.Data, s.Data) {
		t.Fatalf("snapshot %v, %v, sequence %d, version %d, %d bytes", ok, err, got.Seq, got.Version, len(got.Data))
	}
}

// TestIncompleteBackupIsRefused cuts and flips it everywhere.
func TestIncompleteBackupIsRefused(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir()})
	fill(t, j, 40)
	whole := backup(t, j)
	parent := t.TempDir()
	dir := filepath.Join(parent, "restored")
	refused := func(what string, at int, b []byte) {
		t.Helper()
		if err := badger.Restore(t.Context(), badger.Options{Dir: dir}, bytes.NewReader(b)); !errors.Is(err, badger.ErrBackup) {
			t.Errorf("%s at %d of %d: %v, want not a backup", what, at, len(whole), err)
		}
		if left, _ := filepath.Glob(filepath.Join(parent, "*", "*")); len(left) > 0 {
			t.Fatalf("%s at %d left %v", what, at, left)
		}
		if left, _ := filepath.Glob(filepath.Join(parent, ".*")); len(left) > 0 {
			t.Fatalf("%s at %d left %v", what, at, left)
		}
	}
	for _, at := range []int{0, 5, 18, 20, 26, len(whole) / 2, len(whole) - 9, len(whole) - 8, len(whole) - 1} {
		refused("cut", at, whole[:at])
	}
	for _, at := range []int{0, 17, 18, 21, 22, 26, len(whole) / 2, len(whole) - 8, len(whole) - 1} {
		flipped := bytes.Clone(whole)
		flipped[at] ^= 1
		refused("flipped", at, flipped)
	}
	refused("text", 0, []byte("something else that is longer than the magic"))
	verified(t, restore(t, dir, whole))
}

func TestRestoreNeedsAnEmptyFolder(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	fill(t, j, 10)
	b := backup(t, j)
	if err := badger.Restore(t.Context(), badger.Options{Dir: dir}, bytes.NewReader(b)); !errors.Is(err, badger.ErrNotEmpty) {
		t.Fatalf("into the running journal: %v, want not empty", err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := badger.Restore(t.Context(), badger.Options{Dir: other}, bytes.NewReader(b)); !errors.Is(err, badger.ErrNotEmpty) {
		t.Fatalf("beside a file: %v, want not empty", err)
	}
	restore(t, t.TempDir(), b)
}

func TestRestoreLeavesTheReserveFree(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir()})
	fill(t, j, 10)
	o := badger.Options{Dir: filepath.Join(t.TempDir(), "x"), ReserveBytes: 1 << 60}
	if err := badger.Restore(t.Context(), o, bytes.NewReader(backup(t, j))); !errors.Is(err, persistence.ErrUnavailable) {
		t.Fatalf("%v, want unavailable", err)
	}
}

func TestBackupAndRestoreEndWithTheirContext(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir()})
	fill(t, j, 10)
	ctx, cancel := context.WithCancel(t.Context())
	b := backup(t, j)
	cancel()
	if err := j.Backup(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("backup: %v", err)
	}
	o := badger.Options{Dir: filepath.Join(t.TempDir(), "x")}
	if err := badger.Restore(ctx, o, bytes.NewReader(b)); !errors.Is(err, context.Canceled) {
		t.Errorf("restore: %v", err)
	}
}

func TestBackupOfADamagedJournalFails(t *testing.T) {
	for name, how := range map[string]func(*badgerdb.Txn) error{
		"chunk lost":       remove(badger.ChunkKey("a", 3)),
		"index entry lost": remove(badger.IndexKey(3)),
		"last entry lost":  remove(badger.IndexKey(12)),
	} {
		if err := damaged(t, how).Backup(t.Context(), io.Discard); !errors.Is(err, persistence.ErrCorrupt) {
			t.Errorf("%s: %v, want corrupt", name, err)
		}
	}
}

func backup(t *testing.T, j *badger.Journal) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := j.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func restore(t *testing.T, dir string, b []byte) *badger.Journal {
	t.Helper()
	if err := badger.Restore(t.Context(), badger.Options{Dir: dir}, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	return open(t, badger.Options{Dir: dir})
}
