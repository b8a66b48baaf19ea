package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

func TestEveryStepRunsAndEveryFailureIsNamed(t *testing.T) {
	var out bytes.Buffer
	r := &runner{root: t.TempDir(), out: &out, err: &out}
	bad := func(context.Context, *runner) error { return errors.New("broken") }
	err := r.steps(t.Context(), step{"first", bad}, tool("second", "go", "version"), step{"third", bad})
	if err == nil || err.Error() != "failed: first, third" {
		t.Errorf("error is %v", err)
	}
	for _, want := range []string{"== first\n   FAILED: broken", "== second\ngo version", "== third"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
}

func TestUnformattedFilesFailTheCheck(t *testing.T) {
	var out bytes.Buffer
	r := &runner{root: t.TempDir(), out: &out, err: &out}
	if err := gofmt(t.Context(), r); err != nil {
		t.Fatalf("an empty tree: %v", err)
	}
	writeFile(t, r.root+"/crooked.go", "package crooked\nfunc  f( ) { }\n")
	if err := gofmt(t.Context(), r); err == nil || !strings.Contains(err.Error(), "crooked.go") {
		t.Errorf("error is %v", err)
	}
}

func TestUnknownTaskListsTheKnownOnes(t *testing.T) {
	err := dev(t.Context(), []string{"dance"})
	if err == nil || !strings.Contains(err.Error(), "check") || !strings.Contains(err.Error(), "fuzz") {
		t.Errorf("error is %v", err)
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
