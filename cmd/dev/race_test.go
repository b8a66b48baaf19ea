package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestRaceDetectorRunsWhereGoroutinesDo(t *testing.T) {
	root, err := moduleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := raced(t.Context(), &runner{root: root, err: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		"partyline/actors": true, "partyline/gateway": true, "partyline/persistence/badger": true, "partyline/loadtest/crash": true,
		"partyline/actors/rules/catalogue": false, "partyline/actors/rules/session": false,
	} {
		if slices.Contains(chosen, path) != want {
			t.Errorf("%s: raced is not %v", path, want)
		}
	}
	for path, why := range notRaced {
		if slices.Contains(chosen, path) || why == "" {
			t.Errorf("%s is raced, or nothing says why not", path)
		}
		if _, err := os.Stat(filepath.Join(root, path[len("partyline/"):])); err != nil {
			t.Error(err)
		}
	}
}

func TestGoroutinesAreFoundInSources(t *testing.T) {
	for text, want := range map[string]bool{
		"package a\nfunc f() { go f() }":                                           true,
		"package a\nimport \"testing\"\nfunc TestF(t *testing.T) { t.Parallel() }": true,
		"package a\nimport \"sync\"\nvar g sync.WaitGroup\nfunc f() { g.Go(f) }":   true,
		"package a\nfunc f() { f() }":                                              false,
	} {
		name := filepath.Join(t.TempDir(), "a.go")
		writeFile(t, name, text)
		if found, err := startsGoroutines([]string{name}); err != nil || found != want {
			t.Errorf("%q: %v, %v", text, found, err)
		}
	}
}
