package badger_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"partyline/persistence"
	"partyline/persistence/badger"
)

// killed is the folder of a journal of n records as a kill leaves it, and what it holds:
// the operating system has everything that was written.
func killed(t *testing.T, n int) (dir string, want []string) {
	t.Helper()
	from := t.TempDir()
	j := open(t, badger.Options{Dir: from})
	fill(t, j, n)
	return copied(t, from), contents(t, j)
}

func copied(t *testing.T, from string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "journal"), os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "journal")
}

// log is the name and the bytes of the only write-ahead log that is used, without the zeros
// at its end. The next one, which is empty, stands ready beside it.
func log(t *testing.T, dir string) (name string, whole []byte, used int) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.mem"))
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range names {
		b, err := os.ReadFile(each)
		if err != nil || len(b) > 0 && whole != nil {
			t.Fatalf("%v, %v", names, err)
		}
		if len(b) > 0 {
			name, whole = each, b
		}
	}
	return name, whole, len(bytes.TrimRight(whole, "\x00"))
}

// TestFlippedBitInALogIsRefused: after a kill Badger takes the first entry that does
// not check for the end, and cuts off what was acknowledged behind it.
func TestFlippedBitInALogIsRefused(t *testing.T) {
	dir, want := killed(t, 60)
	name, whole, used := log(t, dir)
	head, err := os.ReadFile(filepath.Join(dir, "head"))
	if err != nil {
		t.Fatal(err)
	}
	flips := 150
	if testing.Short() {
		flips = 30
	}
	refused, step := 0, used/flips
	for at := 20; at < used; at += step {
		whole[at] ^= 1 << (at % 8)
		put(t, name, at, whole[at])
		if err := os.WriteFile(filepath.Join(dir, "head"), head, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := badger.Open(badger.Options{Dir: dir})
		if !errors.Is(err, persistence.ErrCorrupt) || !strings.Contains(err.Error(), filepath.Base(name)) {
			t.Fatalf("byte %d of %d flipped: %v", at, used, err)
		}
		if left, err := os.ReadFile(name); err != nil || !bytes.Equal(left, whole) {
			t.Fatalf("byte %d: the evidence was changed, %v", at, err)
		}
		whole[at] ^= 1 << (at % 8)
		put(t, name, at, whole[at])
		refused++
	}
	if refused < flips*2/3 {
		t.Errorf("only %d flips were tried", refused)
	}
	if corrupt(t, dir, want) {
		t.Error("the mended log is refused")
	}
}

// put writes one byte where it belongs: a log is 16 MiB of zeros for the most part.
func put(t *testing.T, file string, at int, b byte) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt([]byte{b}, int64(at))
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestInterruptedCommitIsNoDamage: nobody was told of it.
func TestInterruptedCommitIsNoDamage(t *testing.T) {
	from := t.TempDir()
	j := open(t, badger.Options{Dir: from})
	fill(t, j, 20)
	want := contents(t, j)
	head, err := os.ReadFile(filepath.Join(from, "head"))
	if err != nil {
		t.Fatal(err)
	}
	_, _, before := log(t, from)
	write(t, j, "last", 0, 3)
	for _, keep := range []float64{0.1, 0.5, 0.99} {
		dir := copied(t, from)
		name, whole, used := log(t, dir)
		clear(whole[before+int(keep*float64(used-before)):])
		for file, b := range map[string][]byte{name: whole, filepath.Join(dir, "head"): head} {
			if err := os.WriteFile(file, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if corrupt(t, dir, want) {
			t.Errorf("%v of the last commit: refused", keep)
		}
	}
}

func TestLostLogIsRefused(t *testing.T) {
	dir, _ := killed(t, 10)
	name, _, _ := log(t, dir)
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if _, err := badger.Open(badger.Options{Dir: dir}); !errors.Is(err, persistence.ErrCorrupt) || !strings.Contains(err.Error(), "log is gone") {
		t.Fatalf("%v, want corrupt", err)
	}
}

// TestGapBetweenTwoLogsIsRefused: the damaged log is the older one, and the newer one
// goes on behind what is missing.
func TestGapBetweenTwoLogsIsRefused(t *testing.T) {
	from := t.TempDir()
	j := open(t, badger.Options{Dir: from})
	fill(t, j, 20)
	_, _, split := log(t, from)
	write(t, j, "later", 0, 5)
	want := contents(t, j)
	dir := copied(t, from)
	name, whole, used := log(t, dir)
	for whole[split] == 0 { // the end of a checksum
		split++
	}
	later := slices.Concat(whole[:20], whole[split:used+1])
	clear(whole[split:])
	put := func(to, file string, b []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(to, filepath.Base(file)), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(dir, name, whole)
	put(dir, "99999.mem", later)
	if corrupt(t, copied(t, dir), want) {
		t.Error("two whole logs are refused")
	}
	whole[split/2] ^= 4
	put(dir, name, whole)
	if _, err := badger.Open(badger.Options{Dir: dir}); !errors.Is(err, persistence.ErrCorrupt) || !strings.Contains(err.Error(), "damage in "+filepath.Base(name)) {
		t.Errorf("%v, want corrupt", err)
	}
}

func TestDamagedWatermarkIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		how     func([]byte) []byte
		refused bool
	}{
		"one slot":     {func(b []byte) []byte { b[3] ^= 1; return b }, false},
		"the other":    {func(b []byte) []byte { b[15] ^= 1; return b }, false},
		"both":         {func(b []byte) []byte { b[3] ^= 1; b[15] ^= 1; return b }, true},
		"a power cut":  {func(b []byte) []byte { clear(b); return b }, false},
		"none":         {func([]byte) []byte { return nil }, false},
		"half a slot":  {func(b []byte) []byte { return b[:18] }, false},
		"half of half": {func(b []byte) []byte { return b[:5] }, false},
	} {
		dir, want := killed(t, 10)
		file := filepath.Join(dir, "head")
		b, err := os.ReadFile(file)
		if err != nil || len(b) != 24 {
			t.Fatalf("%d bytes, %v", len(b), err)
		}
		if err := os.WriteFile(file, c.how(b), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := corrupt(t, dir, want); got != c.refused {
			t.Errorf("%s: refused: %v, want %v", name, got, c.refused)
		}
	}
}
