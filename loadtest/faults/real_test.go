package faults_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"partyline/loadtest/faults"
	"partyline/loadtest/target"
)

// TestStopUnderLoadLosesNothing plays the faults that need no rights. All of
// them are `go run ./loadtest/cmd faults`.
func TestStopUnderLoadLosesNothing(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	folder := t.TempDir()
	binary, err := target.Build(ctx, folder)
	if err != nil {
		t.Fatal(err)
	}
	drained := faults.All[slices.IndexFunc(faults.All, func(f faults.Fault) bool { return f.Name == "drained" })]
	r, err := faults.Play(ctx, drained, faults.Options{Program: target.Program{Binary: binary, Output: t.Output(), Progress: func(s string) { t.Log(s) }}, Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Err(); err != nil || len(r.Seen) != 4 {
		t.Errorf("%v\n%s", err, strings.Join(append(r.Seen, r.Findings...), "\n"))
	}
}
