package house_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"partyline/cmd/dev/house"
)

const atticDoc = "// Package attic holds what is seldom needed, in boxes that somebody wrote names on once. It must not hold anything that burns easily.\npackage attic\n"

// packageFaults are the faults of a package attic of so many files of 400 lines.
func packageFaults(t *testing.T, files int, large map[string]string) []string {
	t.Helper()
	tree := fstest.MapFS{"go.mod": {}, "attic/doc.go": {Data: []byte(atticDoc)}}
	for i := range files {
		tree[fmt.Sprintf("attic/box%d.go", i)] = &fstest.MapFile{Data: []byte("package attic\n" + strings.Repeat("//\n", house.MaxLines-1))}
	}
	r := smallHouse()
	r.Goroutines, r.LargePackages = nil, large
	faults, err := house.Faults(tree, r)
	if err != nil {
		t.Fatal(err)
	}
	return faults
}

func TestPackageSizes(t *testing.T) {
	for name, c := range map[string]struct {
		files int
		large map[string]string
		want  []string
	}{
		"within the bounds":    {files: 6},
		"too many lines":       {files: 7, want: []string{"attic: has 8 files and 2802 lines, more than 30 or 2500"}},
		"listed with a reason": {files: 7, large: map[string]string{"attic": "boxes"}},
		"listed and small":     {files: 6, large: map[string]string{"attic": "boxes"}, want: []string{"attic: is listed as a large package and is none, or without a reason"}},
		"listed and gone":      {files: 6, large: map[string]string{"shed": "tools"}, want: []string{"shed: is listed as a large package and does not exist"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, packageFaults(t, c.files, c.large)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestArchitecturePage(t *testing.T) {
	tree := fstest.MapFS{
		"go.mod":       {},
		"attic/doc.go": {Data: []byte(atticDoc)},
		"attic/box.go": {Data: []byte("package attic\n\ntype Box[T any] struct{}\n\nfunc (b *Box[T]) Open() {}\n\nfunc Pack() {}\n")},
		"map.md":       {},
	}
	r := smallHouse()
	r.Goroutines, r.Architecture, r.TopLevel = nil, "map.md", append(r.TopLevel, "map.md")
	for page, want := range map[string][]string{
		"`attic` holds boxes: `attic/box.go:Box.Open`, `attic/box.go:Pack`": nil,
		"nothing at all": {"map.md: does not name the package attic"},
		"`attic` has `attic/box.go:Box.Shut`, `attic/bag.go:Pack` and `attic/old`": {
			"map.md: names attic/bag.go:Pack, which does not exist",
			"map.md: names attic/box.go:Box.Shut, which does not exist",
			"map.md: names the folder attic/old, which does not exist",
		},
	} {
		tree["map.md"].Data = []byte(page)
		got, err := house.Faults(tree, r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: faults (-want +got):\n%s", page, diff)
		}
	}
}
