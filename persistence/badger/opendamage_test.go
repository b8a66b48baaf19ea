package badger_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// TestDamageUnderAnOpenJournalIsAnError flips bits in tables of a journal that is open.
// Every method, from every goroutine, answers with an error or with what was there, and
// does not crash.
func TestDamageUnderAnOpenJournalIsAnError(t *testing.T) {
	whole := t.TempDir()
	j := open(t, badger.Options{Dir: whole})
	last := fill(t, j, 600)
	for s := range last {
		data := make([]byte, 600<<10)
		if err := j.SaveSnapshot(t.Context(), persistence.Snapshot{Stream: s, Seq: last[s], Version: 1, Data: data}); err != nil {
			t.Fatal(err)
		}
	}
	closeJournal(t, j)
	told := 0
	for shift := 0; shift < 2048; shift += damageStride {
		dir := filepath.Join(t.TempDir(), "journal")
		if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
			t.Fatal(err)
		}
		told += readOverDamage(t, dir, shift, last)
	}
	if told == 0 {
		t.Error("nothing was noticed")
	}
}

// damageStride flips a bit in each half of each block, at another place of it each time.
const damageStride = 67

// readOverDamage calls every method and counts the answers that report damage.
func readOverDamage(t *testing.T, dir string, shift int, last map[string]persistence.Seq) (told int) {
	t.Helper()
	j := open(t, badger.Options{Dir: dir})
	defer func() { _ = j.Close() }()
	for _, table := range tables(t, dir) {
		info, err := os.Stat(table)
		if err != nil {
			t.Fatal(err)
		}
		for at := shift; at < int(info.Size()); at += 2048 {
			flipIn(t, table, at)
		}
	}
	judge := func(what string, err error) {
		if err == nil {
			return
		}
		if told++; !errors.Is(err, persistence.ErrCorrupt) && !errors.Is(err, persistence.ErrUnavailable) && !errors.Is(err, persistence.ErrConflict) {
			t.Errorf("%d: %s: %v", shift, what, err)
		}
	}
	ctx := t.Context()
	for s, seq := range last {
		judge("append", outcome(t, send(j, persistence.Append{Stream: s, Expected: seq, Records: payloads(s, seq, 3)})).Err)
		judge("append anew", outcome(t, send(j, persistence.Append{Stream: s + "0", Records: payloads(s, 0, 3)})).Err)
		judge("append much", outcome(t, send(j, persistence.Append{Stream: s + "1", Records: [][]byte{make([]byte, 3<<20)}})).Err)
		judge("read", readDamaged(t, j.Read(ctx, s, 0)))
		judge("read back", readDamaged(t, j.ReadBack(ctx, s, 0)))
		_, err := j.Last(ctx, s)
		judge("last", err)
		_, _, err = j.LoadSnapshot(ctx, s)
		judge("load", err)
		judge("save", j.SaveSnapshot(ctx, persistence.Snapshot{Stream: s, Seq: seq, Version: 1, Data: []byte("new")}))
		_, _, err = j.Memo(ctx, s)
		judge("memo", err)
		judge("trim", j.Trim(ctx, s, seq/2))
	}
	judge("read all", readDamaged(t, j.ReadAll(ctx, 0)))
	for _, err := range j.Streams(ctx, "") {
		judge("streams", err)
	}
	judge("back up", j.Backup(ctx, io.Discard))
	_, err := j.Verify(ctx, nil)
	judge("verify", err)
	return told
}

// readDamaged returns the error a read ends with. What comes before it is what was
// written.
func readDamaged(t *testing.T, records func(func(persistence.Record, error) bool)) error {
	t.Helper()
	for r, err := range records {
		if err != nil {
			return err
		}
		if string(r.Data) != payload(r.Stream, r.Seq) && len(r.Data) < 1<<20 && r.Stream[len(r.Stream)-1] != '0' {
			t.Errorf("%s record %d is %q", r.Stream, r.Seq, r.Data)
		}
	}
	return nil
}

// TestPanicOfACallerIsNotDamage: a panic of the caller's function comes out of the read as
// it was.
func TestPanicOfACallerIsNotDamage(t *testing.T) {
	j := open(t, badger.Options{Dir: t.TempDir()})
	fill(t, j, 5)
	panicIn(t, "all, of the tail", func() { each(j.ReadAll(t.Context(), 0)) })
	j.ForgetTail()
	for name, read := range map[string]func(){
		"read":    func() { each(j.Read(t.Context(), "session/1", 0)) },
		"back":    func() { each(j.ReadBack(t.Context(), "session/1", 0)) },
		"all":     func() { each(j.ReadAll(t.Context(), 0)) },
		"streams": func() { each(j.Streams(t.Context(), "")) },
		"in a row": func() {
			j.Read(t.Context(), "session/1", 0)(func(persistence.Record, error) bool { each(j.ReadAll(t.Context(), 0)); return true })
		},
	} {
		panicIn(t, name, read)
	}
	closed := make(chan struct{})
	go func() { defer close(closed); closeJournal(t, j) }()
	select {
	case <-closed: // nobody is inside any more
	case <-time.After(20 * time.Second):
		t.Error("the journal does not close")
	}
}

// panicIn wants the consumer's panic out of the read as it was.
func panicIn(t *testing.T, name string, read func()) {
	t.Run(name, func(t *testing.T) {
		defer func() {
			if p := recover(); p != "mine" {
				t.Errorf("the panic is %v", p)
			}
		}()
		read()
		t.Error("no panic")
	})
}

func each[V any](all func(func(V, error) bool)) {
	for range all {
		panic("mine")
	}
}

// TestUnreadableBlockIsNamed: a block of a table that Badger panics over costs the records
// in it, which are named, and no others: a reader of the global order passes it.
func TestUnreadableBlockIsNamed(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	noise := rand.NewChaCha8([32]byte{})
	lost := make([]byte, 3<<10)
	for seq := range persistence.Seq(30) {
		data := make([]byte, len(lost))
		_, _ = noise.Read(data)
		if seq == 15 {
			lost = data
		}
		if o := outcome(t, send(j, persistence.Append{Stream: "a", Expected: seq, Records: [][]byte{data}})); o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	closeJournal(t, j)
	j = open(t, badger.Options{Dir: dir})
	overwrite(t, tables(t, dir)[0], lost)
	read, missed := 0, 0
	for after := persistence.Position(0); after < j.Head(); {
		var damage *persistence.Damage
		for r, err := range j.ReadAll(t.Context(), after) {
			if err != nil {
				if !errors.As(err, &damage) {
					t.Fatalf("after %d: %v, want it named", after, err)
				}
				break
			}
			read, after = read+1, r.Position
		}
		if damage != nil {
			missed += int(damage.Last - damage.First + 1)
			after = damage.LastPosition
		}
	}
	if read+missed != 30 || missed == 0 || missed > 3 {
		t.Errorf("%d records read and %d named of 30", read, missed)
	}
}

// overwrite makes the block that holds the bytes senseless, from them to its end.
func overwrite(t *testing.T, table string, held []byte) {
	t.Helper()
	b, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b, held)
	if at < 0 {
		t.Fatal("the record is not in the table")
	}
	f, err := os.OpenFile(table, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xff}, len(held)+600), int64(at)); err != nil {
		t.Fatal(err)
	}
}

// TestTruncatedTableUnderAnOpenJournalIsAnError: a table that is shorter than when it was
// mapped is a memory fault for its readers, like a block that the disk cannot give any
// more.
func TestTruncatedTableUnderAnOpenJournalIsAnError(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir})
	last := fill(t, j, 300)
	closeJournal(t, j)
	j = open(t, badger.Options{Dir: dir})
	for _, table := range tables(t, dir) {
		if err := os.Truncate(table, 0); err != nil {
			t.Fatal(err)
		}
	}
	for s := range last {
		if err := readDamaged(t, j.Read(t.Context(), s, 0)); !errors.Is(err, persistence.ErrCorrupt) {
			t.Errorf("read %s: %v, want corrupt", s, err)
		}
		if _, err := j.Last(t.Context(), s); !errors.Is(err, persistence.ErrCorrupt) {
			t.Errorf("last %s: %v, want corrupt", s, err)
		}
	}
	if err := readDamaged(t, j.ReadAll(t.Context(), 0)); !errors.Is(err, persistence.ErrCorrupt) {
		t.Errorf("read all: %v, want corrupt", err)
	}
}
