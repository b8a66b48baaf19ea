package main

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestFuzzTargetsAreFoundWhereverTheyAre(t *testing.T) {
	tree := fstest.MapFS{
		"a/a_test.go":          {Data: []byte("package a\nfunc FuzzOne(f *testing.F) {}\nfunc TestNot(t *testing.T) {}\nfunc FuzzTwo(f *testing.F) {}")},
		"a/b/b_test.go":        {Data: []byte("package b_test\nfunc FuzzThree(f *testing.F) {}\nfunc (x T) FuzzMethod() {}")},
		"a/a.go":               {Data: []byte("package a\nfunc FuzzNoTest() {}")},
		"a/testdata/x_test.go": {Data: []byte("not Go at all")},
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
