package badger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// obstruct puts folders where Badger wants to make its tables, and where its logs would be
// made after the one that is there already. Badger tries to make a table again and again,
// once a second, under another name each time. clear takes the folders away.
func obstruct(t *testing.T, dir string) (clear func()) {
	t.Helper()
	const tries = 600 // more than the test lasts
	return inTheWay(t, dir, append(names("%06d.sst", 1, tries), names("%05d.mem", 3, 20)...))
}

// obstructTables leaves the logs alone: Badger takes no more writes when its memory is full.
func obstructTables(t *testing.T, dir string) (clear func()) {
	t.Helper()
	return inTheWay(t, dir, names("%06d.sst", 1, 600))
}

func names(format string, from, to int) (all []string) {
	for i := from; i <= to; i++ {
		all = append(all, fmt.Sprintf(format, i))
	}
	return all
}

func inTheWay(t *testing.T, dir string, names []string) (clear func()) {
	t.Helper()
	for _, name := range names {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		for _, name := range names {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Error(err)
			}
		}
	}
}

// flood appends to a stream, one after the other, what does not pack, until a commit
// hangs. It returns what was acknowledged, and the outcome that is still to come.
func flood(t *testing.T, j *badger.Journal, stream string) (last persistence.Seq, hanging <-chan persistence.Outcome) {
	t.Helper()
	record := incompressible(400 << 10)
	for {
		done := send(j, persistence.Append{Stream: stream, Expected: last, Records: [][]byte{record}})
		select {
		case o := <-done:
			if o.Err != nil {
				t.Fatal(o.Err)
			}
			last = o.Last
		case <-time.After(hangs):
			return last, done
		}
	}
}

// hangs is how long a commit of half a megabyte takes at most on a disk that answers.
const hangs = 3 * time.Second

// TestReadsGoOnWhileACommitHangs: with all of Badger's memory waiting for tables that
// cannot be made, a commit has no end. Whoever reads must not wait for it.
func TestReadsGoOnWhileACommitHangs(t *testing.T) {
	dir := t.TempDir()
	j := open(t, badger.Options{Dir: dir, TailBytes: 1})
	write(t, j, "b", 0, 3)
	if err := j.SaveSnapshot(t.Context(), persistence.Snapshot{Stream: "b", Seq: 3, Data: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	clear := obstructTables(t, dir)
	last, hanging := flood(t, j, "a")
	answered := make(chan struct{})
	var wrong atomic.Pointer[string]
	go func() {
		defer close(answered)
		if why := readable(t, j, last); why != "" {
			wrong.Store(&why)
		}
	}()
	select {
	case <-answered:
	case <-time.After(20 * time.Second):
		t.Error("a read waits for the commit that hangs")
	}
	if why := wrong.Load(); why != nil {
		t.Error(*why)
	}
	refusesInTime(t, j)
	clear()
	if o := <-hanging; o.Err != nil || o.Last != last+1 {
		t.Errorf("%+v when the disk answers again, want record %d", o, last+1)
	}
	<-answered
	if err := j.Health(); err != nil || j.Waiting() != 0 {
		t.Errorf("health %v, %s waited, when the disk answers again", err, j.Waiting())
	}
	write(t, j, "b", 3, 1)
	verified(t, j)
}

// refusesInTime wants what writes beside the commit to end with its context, and the
// journal to say that it hangs.
func refusesInTime(t *testing.T, j *badger.Journal) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	for what, err := range map[string]error{
		"snapshot": j.SaveSnapshot(ctx, persistence.Snapshot{Stream: "b", Seq: 3, Data: []byte("y")}),
		"trim":     j.Trim(ctx, "b", 1),
	} {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want a timeout", what, err)
		}
	}
	for began := time.Now(); !errors.Is(j.Health(), persistence.ErrUnavailable); {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("health %v, though an append has been waiting for %s", j.Health(), j.Waiting())
		}
		<-time.After(10 * time.Millisecond)
	}
	if j.Waiting() < persistence.StalledAfter {
		t.Errorf("called hanging after %s", j.Waiting())
	}
}

// readable reads in all ways, and says what is wrong.
func readable(t *testing.T, j *badger.Journal, last persistence.Seq) string {
	all := 0
	for _, err := range j.ReadAll(t.Context(), 0) {
		if err != nil {
			return err.Error()
		}
		all++
	}
	end, err := j.Last(t.Context(), "a")
	if err != nil || end != last || all != int(last)+3 || int(j.Head()) != all {
		return fmt.Sprintf("a ends at %d (%v) with %d records in all, want %d acknowledged and 3 of b", end, err, all, last)
	}
	for _, read := range []func() (int, error){
		func() (int, error) { return tally(j.Read(t.Context(), "b", 0)) },
		func() (int, error) { return tally(j.ReadBack(t.Context(), "b", 0)) },
		func() (int, error) {
			s, _, err := j.LoadSnapshot(t.Context(), "b")
			return int(s.Seq), err
		},
	} {
		if n, err := read(); n != 3 || err != nil {
			return fmt.Sprintf("%d of b, %v, want 3", n, err)
		}
	}
	if _, _, err := j.Memo(t.Context(), "k"); err != nil {
		return err.Error()
	}
	return ""
}

func tally(records func(func(persistence.Record, error) bool)) (n int, err error) {
	records(func(_ persistence.Record, e error) bool {
		err = e
		n++
		return e == nil
	})
	return n, err
}
