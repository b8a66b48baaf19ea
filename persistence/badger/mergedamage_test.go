package badger_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// mergeDir tells the test binary to be the process that merges tables.
const mergeDir = "JOURNAL_MERGE_DIR"

// merger opens a folder, waits for a word, and merges its tables.
func merger(dir string) {
	j, err := badger.Open(badger.Options{Dir: dir})
	if err != nil {
		panic(err)
	}
	fmt.Println("open")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	if err := errors.Join(j.Merge(), j.Close()); err != nil {
		panic(err)
	}
}

// TestDamageDuringAMergeIsNoticed: a merge reads tables that were verified at the start,
// and Badger does not verify them again: it crashes on what it cannot parse, copies what
// it can, and passes over a block whose last bytes are damaged. Whatever it does, the next
// start or verify says that something is wrong, unless everything is there.
func TestDamageDuringAMergeIsNoticed(t *testing.T) {
	whole := t.TempDir()
	for range 3 {
		j := open(t, badger.Options{Dir: whole})
		for s := range 3 {
			stream := fmt.Sprintf("session/%d", s)
			last, err := j.Last(t.Context(), stream)
			if err != nil {
				t.Fatal(err)
			}
			for range 40 {
				last = write(t, j, stream, last, 9).Last
			}
		}
		closeJournal(t, j)
	}
	j := open(t, badger.Options{Dir: whole})
	want := contents(t, j)
	closeJournal(t, j)
	outcomes, step := map[string]int{}, betweenFlips
	if testing.Short() {
		step *= 5
	}
	for _, table := range tables(t, whole) {
		info, err := os.Stat(table)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < int(info.Size()); at += step {
			dir := filepath.Join(t.TempDir(), "journal")
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			outcomes[mergeOverDamage(t, dir, filepath.Base(table), at, want)]++
		}
	}
	t.Log(outcomes)
	if outcomes["merged, then named by verify"] == 0 {
		t.Error("no rot was merged")
	}
}

// betweenFlips leads all over the blocks of 4 KiB, and takes some seconds. Every 211
// bytes, 830 flips: 762 merged and named by verify, 23 crashed and 5 merged and refused at
// the next start, 40 harmless.
const betweenFlips = 2503

// mergeOverDamage flips a bit while a process has the folder open, makes that process
// merge, and returns the outcome.
func mergeOverDamage(t *testing.T, dir, table string, at int, want []string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), mergeDir+"="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "open\n" {
		t.Fatalf("%q %v %s", line, err, stderr.Bytes())
	}
	flipIn(t, filepath.Join(dir, table), at)
	_ = in.Close()
	ended := "merged"
	if err := cmd.Wait(); err != nil {
		ended = "crashed"
	}
	return ended + ", then " + reopenAfterMerge(t, dir, want, fmt.Sprintf("%s at %d", table, at))
}

func flipIn(t *testing.T, name string, at int) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var b [1]byte
	if _, err := f.ReadAt(b[:], int64(at)); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1 << (at % 8)
	if _, err := f.WriteAt(b[:], int64(at)); err != nil {
		t.Fatal(err)
	}
}

// reopenAfterMerge opens the folder again. It is an error when records are missing and
// nothing reports it.
func reopenAfterMerge(t *testing.T, dir string, want []string, where string) string {
	t.Helper()
	j, err := badger.Open(badger.Options{Dir: dir})
	if errors.Is(err, persistence.ErrCorrupt) {
		return "refused"
	}
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	defer closeJournal(t, j)
	if _, err := j.Verify(t.Context(), nil); err != nil {
		return "named by verify"
	}
	var got []string
	for r, err := range j.ReadAll(t.Context(), 0) {
		if err != nil {
			t.Errorf("%s: verify finds nothing, reading %v", where, err)
			break
		}
		got = append(got, fmt.Sprintf("%d %s %d %d %s", r.Position, r.Stream, r.Seq, r.Time.UnixMilli(), r.Data))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: verify finds nothing, and %d records of %d are there", where, len(got), len(want))
	}
	return "whole"
}
