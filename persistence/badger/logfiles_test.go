package badger_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// fillLogs appends what fills more than one of Badger's logs, or what is accepted of it, and
// returns the end of the stream and the first refusal.
func fillLogs(t *testing.T, j *badger.Journal, stream string, last persistence.Seq) (persistence.Seq, error) {
	t.Helper()
	record := incompressible(400 << 10)
	for range 50 {
		o := outcome(t, send(j, persistence.Append{Stream: stream, Expected: last, Records: [][]byte{record}}))
		if o.Err != nil {
			return last, o.Err
		}
		last = o.Last
	}
	return last, nil
}

// TestFolderThatTakesNoNewFileIsNotDamaged: neither logs nor tables can be made, as on a
// disk without inodes.
func TestFolderThatTakesNoNewFileIsNotDamaged(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir, TailBytes: 1})
	write(t, j, "a", 0, 1)
	clear := obstruct(t, dir)
	last, err := fillLogs(t, j, "a", 1)
	if !errors.Is(err, persistence.ErrUnavailable) {
		t.Fatalf("%v, want unavailable", err)
	}
	allThere(t, j, last)
	if err := j.Health(); !errors.Is(err, persistence.ErrUnavailable) {
		t.Errorf("health %v", err)
	}
	clear()
	if err := j.Health(); err != nil {
		t.Errorf("health %v when files can be made again", err)
	}
	if last, err = fillLogs(t, j, "a", last); err != nil {
		t.Fatalf("%v when files can be made again", err)
	}
	verified(t, j)
	closeJournal(t, j)
	allThere(t, open(t, badger.Options{Dir: dir}), last)
}

// allThere reads a stream forwards, backwards and in the global order.
func allThere(t *testing.T, j *badger.Journal, last persistence.Seq) {
	t.Helper()
	for name, read := range map[string]func(func(persistence.Record, error) bool){
		"Read": j.Read(t.Context(), "a", 0), "ReadBack": j.ReadBack(t.Context(), "a", 0), "ReadAll": j.ReadAll(t.Context(), 0),
	} {
		if n, err := tally(read); err != nil || n != int(last) {
			t.Errorf("%s: %d records, %v, want %d", name, n, err, last)
		}
	}
}

// TestNextLogTakenAwayAtTheLastMoment leaves Badger without the file that was made for it.
func TestNextLogTakenAwayAtTheLastMoment(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir, TailBytes: 1})
	write(t, j, "a", 0, 1)
	next := filepath.Join(dir, "00002.mem")
	_ = os.Remove(next)
	if err := os.Mkdir(next, 0o700); err != nil {
		t.Fatal(err)
	}
	last, err := fillLogs(t, j, "a", 1)
	if !errors.Is(err, persistence.ErrNoFile) {
		t.Fatalf("%v, want that no file can be made", err)
	}
	allThere(t, j, last)
	if err := j.Health(); !errors.Is(err, persistence.ErrNoFile) {
		t.Errorf("health %v", err)
	}
	if err := os.Remove(next); err != nil {
		t.Fatal(err)
	}
	last, err = fillLogs(t, j, "a", last)
	if err != nil {
		t.Fatalf("%v when the file can be made again", err)
	}
	if err := j.Health(); err != nil {
		t.Errorf("health %v", err)
	}
	allThere(t, j, last)
	closeJournal(t, j)
	again := open(t, badger.Options{Dir: dir})
	verified(t, again)
	allThere(t, again, last)
}

// logsIn are the write-ahead logs, by age.
func logsIn(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.mem"))
	if err != nil || len(names) < 2 {
		t.Fatalf("%q, %v: there must be one for now and one for later", names, err)
	}
	return names
}

// TestBadgerUsesTheLogMadeForIt: it would be of no use under another name.
func TestBadgerUsesTheLogMadeForIt(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	f, err := os.Open(logsIn(t, dir)[1])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	size := func() int64 {
		info, err := f.Stat()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%v, %v: want a file for the owner alone", info, err)
		}
		return info.Size()
	}
	if size() != 0 {
		t.Fatalf("%d bytes in the next log", size())
	}
	last := persistence.Seq(0)
	for ; size() == 0; last++ {
		if last == 50 {
			t.Fatal("Badger does not take it")
		}
		if o := outcome(t, send(j, persistence.Append{Stream: "a", Expected: last, Records: [][]byte{incompressible(400 << 10)}})); o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	logsIn(t, dir) // and there is another one
	closeJournal(t, j)
	if left, err := filepath.Glob(filepath.Join(dir, "*.mem")); err != nil || len(left) > 0 {
		t.Errorf("%q are left of a journal that was closed, %v", left, err)
	}
}

// TestNamesOfLogsAndTablesAreSynced: what is acknowledged must stand in files that are
// still found under their names after a power cut. The name of a log is synced before it
// is used, those of tables with the first append after their log has gone.
func TestNamesOfLogsAndTablesAreSynced(t *testing.T) {
	dir := t.TempDir()
	var mu sync.Mutex
	synced := map[string]bool{}
	j := open(t, badger.Options{Dir: dir, SyncFolder: func(folder *os.File) error {
		mu.Lock()
		defer mu.Unlock()
		for name := range filesIn(t, dir) {
			synced[name] = true
		}
		return folder.Sync()
	}})
	seen := 0
	for last := persistence.Seq(0); seen < 2; last++ {
		if last == 1000 {
			t.Fatalf("%d tables seen after %d appends", seen, last)
		}
		before := filesIn(t, dir)
		if o := outcome(t, send(j, persistence.Append{Stream: "a", Expected: last, Records: [][]byte{incompressible(400 << 10)}})); o.Err != nil {
			t.Fatal(o.Err)
		}
		mu.Lock()
		for name, size := range filesIn(t, dir) {
			if filepath.Ext(name) == ".mem" && size > 0 && !synced[name] {
				t.Errorf("%s is written to, and its name not synced", name)
			}
		}
		if seen = 0; logsWritten(before) == 1 {
			for name := range before {
				if filepath.Ext(name) != ".sst" {
					continue
				}
				if seen++; !synced[name] {
					t.Errorf("the log of %s is gone, and its own name not synced", name)
				}
			}
		}
		mu.Unlock()
	}
}

// TestFolderThatCannotBeSyncedRefusesWrites: nobody knows which files are in it.
func TestFolderThatCannotBeSyncedRefusesWrites(t *testing.T) {
	var sick atomic.Bool
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir, SyncFolder: func(*os.File) error {
		if sick.Load() {
			return errors.New("input/output error")
		}
		return nil
	}})
	write(t, j, "a", 0, 1)
	sick.Store(true)
	last, err := fillLogs(t, j, "a", 1)
	if !errors.Is(err, persistence.ErrUnavailable) {
		t.Fatalf("%v, want unavailable", err)
	}
	allThere(t, j, last)
	sick.Store(false)
	if _, err := fillLogs(t, j, "a", last); !errors.Is(err, persistence.ErrUnavailable) {
		t.Errorf("%v when the disk says that it is well, want unavailable", err)
	}
	closeJournal(t, j)
	verified(t, open(t, badger.Options{Dir: dir}))
}

// filesIn are the files of a folder with their sizes.
func filesIn(t *testing.T, dir string) map[string]int64 {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Error(err)
	}
	files := map[string]int64{}
	for _, e := range entries {
		if info, err := e.Info(); err == nil { // else it went meanwhile
			files[e.Name()] = info.Size()
		}
	}
	return files
}

// logsWritten counts the logs that hold something.
func logsWritten(files map[string]int64) (n int) {
	for name, size := range files {
		if filepath.Ext(name) == ".mem" && size > 0 {
			n++
		}
	}
	return n
}
