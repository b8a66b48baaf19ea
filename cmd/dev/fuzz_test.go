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
	want := []target{{"a", "FuzzOne"}, {"a", "FuzzTwo"}, {"a/b", "FuzzThree"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(target{})); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
}

func TestManyFuzzTargetsShareTheTime(t *testing.T) {
	targets := []target{{"a", "FuzzOne"}, {"a", "FuzzTwo"}, {"b", "FuzzThree"}}
	for want, total := range map[string]time.Duration{
		"FuzzOne in a for 5s": time.Hour,
		"FuzzOne in a for 2s": 6 * time.Second,
	} {
		steps := fuzzSteps(targets, 5*time.Second, total)
		if len(steps) != 3 || steps[0].name != want {
			t.Errorf("%d steps, the first is %s, want %s", len(steps), steps[0].name, want)
		}
	}
}
