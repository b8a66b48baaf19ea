package main

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFuzzTargetsAreFoundWhereverTheyAre(t *testing.T) {
	tree := fstest.MapFS{
		"a/a_test.go":          {Data: []byte("package a\nfunc FuzzOne(f *testing.F) {}\nfunc TestNot(t *testing.T) {}\nfunc FuzzTwo(f *testing.F) {}")},
		"a/b/b_test.go":        {Data: []byte("package b_test\nfunc FuzzThree(f *testing.F) {}\nfunc (x T) FuzzMethod() {}")},
		"a/a.go":               {Data: []byte("package a\nfunc FuzzNoTest() {}")},
		"a/testdata/x_test.go": {Data: []byte("not Go at all")},
		"a/tool/go.mod":        {Data: []byte("module tool")},
		"a/tool/z_test.go":     {Data: []byte("package tool\nfunc FuzzElsewhere(f *testing.F) {}")},
		".git/y_test.go":       {Data: []byte("not Go at all")},
	}
	got, err := fuzzTargets(tree)
	if err != nil {
		t.Fatal(err)
	}
	want := []target{{"a", "FuzzOne", true}, {"a", "FuzzTwo", true}, {"a/b", "FuzzThree", false}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(target{})); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
}

func TestManyFuzzTargetsShareTheTime(t *testing.T) {
	for _, c := range []struct{ total, want time.Duration }{{time.Hour, 5 * time.Second}, {6 * time.Second, 2 * time.Second}} {
		if got := timePerTarget(5*time.Second, c.total, 3); got != c.want {
			t.Errorf("%v each of %v, want %v", got, c.total, c.want)
		}
	}
}

func TestPackagesOfFuzzTargetsAreBuiltOnce(t *testing.T) {
	targets := []target{{"a", "FuzzOne", true}, {"a", "FuzzTwo", true}, {"a", "FuzzThree", false}, {"b", "FuzzOne", false}}
	var got []string
	for _, s := range (fuzzer{each: 5 * time.Second}).steps(targets) {
		got = append(got, s.name)
	}
	want := []string{
		"build the targets in a", "FuzzOne in a for 5s", "FuzzTwo in a for 5s",
		"build the targets in a", "FuzzThree in a for 5s", // beside the package
		"build the targets in b", "FuzzOne in b for 5s",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestEndOfFuzzTimeIsNotAFailure(t *testing.T) {
	const deadline = "fuzz: elapsed: 2s\n--- FAIL: FuzzOne (2.09s)\n    context deadline exceeded\nFAIL\n"
	for said, want := range map[string]bool{
		deadline:                      true,
		"fuzz: elapsed: 2s\nPASS\n":   false,
		"--- FAIL: FuzzOne (0.10s)\n": false,
		"--- FAIL: FuzzOne (0.10s)\n    --- FAIL: FuzzOne (0.00s)\n    context deadline exceeded\n\n    Failing input written to testdata/fuzz/FuzzOne/1\n": false,
	} {
		if timeWasUp(said) != want {
			t.Errorf("%q: want %v", said, want)
		}
	}
}
