package badger_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// journalLog is a log that can be searched while it is written.
type journalLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *journalLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *journalLog) has(what string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.b.String(), what)
}

// TestMergeThatCannotMakeItsTablesLosesNothing: Badger merges its newest tables when there
// are five. Of the version that it was taken from, a table that could not be made was left
// out, and those that it was to replace were removed.
func TestMergeThatCannotMakeItsTablesLosesNothing(t *testing.T) {
	dir := t.TempDir()
	var log journalLog
	j := open(t, badger.Options{Dir: dir, TailBytes: 1, Log: zerolog.New(&log)})
	last := untilTables(t, j, dir, 0, 4)
	clear := inTheWay(t, dir, names("%06d.sst", 6, 300))
	last = untilTables(t, j, dir, last, 5)
	for began := time.Now(); !log.has("Compact FAILED") && len(made(t, dir)) >= 5; {
		if time.Since(began) > 20*time.Second {
			t.Fatal("Badger does not try to merge its tables")
		}
		<-time.After(10 * time.Millisecond)
	}
	allThere(t, j, last)
	verified(t, j)
	clear()
	closeJournal(t, j)
	again := open(t, badger.Options{Dir: dir})
	allThere(t, again, last)
	verified(t, again)
}

// untilTables appends until there are so many tables.
func untilTables(t *testing.T, j *badger.Journal, dir string, last persistence.Seq, tables int) persistence.Seq {
	t.Helper()
	for range 1000 {
		if len(made(t, dir)) >= tables {
			return last
		}
		o := outcome(t, send(j, persistence.Append{Stream: "a", Expected: last, Records: [][]byte{incompressible(400 << 10)}}))
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		last = o.Last
	}
	t.Fatalf("not %d tables after 1000 appends", tables)
	return last
}

// made are the tables that are files.
func made(t *testing.T, dir string) (tables []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			tables = append(tables, name)
		}
	}
	return tables
}
