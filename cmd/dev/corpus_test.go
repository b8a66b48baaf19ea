package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestSelectionIsFromAllSizes(t *testing.T) {
	var found []input
	for i := range 300 {
		found = append(found, input{strings.Repeat("x", 300-i), int64(10 * (300 - i))})
	}
	chosen := selectInputs(nil, found)
	if len(chosen) != maxFilesPerTarget || chosen[0].size != 10 {
		t.Fatalf("%d chosen, the first of %d bytes", len(chosen), chosen[0].size)
	}
	total := int64(0)
	for i, in := range chosen {
		total += in.size
		if i > 0 && in.size <= chosen[i-1].size {
			t.Errorf("%d bytes behind %d", in.size, chosen[i-1].size)
		}
	}
	if last := chosen[len(chosen)-1].size; last < maxInputBytes/2 || last > maxInputBytes || total > maxFilesPerTarget*maxInputBytes {
		t.Errorf("the last of %d bytes, all of %d", last, total)
	}
}

// TestTheCorpusIsSmall: all inputs that are committed, of all targets.
func TestTheCorpusIsSmall(t *testing.T) {
	n := 0
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(filepath.ToSlash(path), "/testdata/fuzz/Fuzz") {
			n++
		}
		return err
	})
	if err != nil || n == 0 || n > maxFilesInAll {
		t.Errorf("%d inputs, at most %d: %v", n, maxFilesInAll, err)
	}
}

func TestSelectionAddsToExistingInputs(t *testing.T) {
	had := make([]input, maxFilesPerTarget-2)
	had[0] = input{"old", 1}
	found := []input{{"old", 1}, {"c", 9}, {"a", 3}, {"b", 3}, {"large", maxInputBytes + 1}}
	if d := gocmp.Diff([]input{{"a", 3}, {"b", 3}}, selectInputs(had, found), gocmp.AllowUnexported(input{})); d != "" {
		t.Error(d)
	}
	if full := selectInputs(make([]input, maxFilesPerTarget+1), found); len(full) != 0 {
		t.Errorf("%v are chosen though there is no room", full)
	}
}

func TestFoundInputsAreKeptBesideTheirTests(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "a", "b", "testdata", "fuzz", "FuzzOne")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bug"), []byte("of old"), 0o644); err != nil {
		t.Fatal(err)
	}
	cache := fstest.MapFS{
		"a/b/FuzzOne/1234": {Data: []byte("found")},
		"a/b/FuzzOne/bug":  {Data: []byte("another")},
		"a/b/FuzzTwo/5678": {Data: []byte("of another target")},
	}
	if kept, added, err := (target{"a/b", "FuzzOne", true}).keepInputs(cache, root); err != nil || kept != 2 || added != 1 {
		t.Fatalf("%d kept, %d new, %v", kept, added, err)
	}
	for name, want := range map[string]string{"bug": "of old", "1234": "found"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != want {
			t.Errorf("%s is %q, %v", name, b, err)
		}
	}
	if kept, added, err := (target{"a/b", "FuzzNever", true}).keepInputs(cache, root); err != nil || kept != 0 || added != 0 {
		t.Errorf("of a target that found nothing %d kept, %d new, %v", kept, added, err)
	}
}
