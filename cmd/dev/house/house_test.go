package house_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"partyline/cmd/dev/house"
)

// TestPartylineObeysTheRules checks this project.
func TestPartylineObeysTheRules(t *testing.T) {
	faults, err := house.Faults(os.DirFS("../../.."), house.Partyline())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
}

// TestEveryRuleCanFail checks small trees that break the rules. Each file in testdata is a
// tree and, in the file "faults", the expected faults.
func TestEveryRuleCanFail(t *testing.T) {
	trees, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(trees) == 0 {
		t.Fatalf("no trees in testdata: %v", err)
	}
	for _, name := range trees {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			tree, want := readTree(t, name)
			got, err := house.Faults(tree, smallHouse())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// smallHouse has one row of each kind.
func smallHouse() house.Rules {
	return house.Rules{
		Module:     "small",
		TopLevel:   []string{"go.mod", "attic", "cellar", "cmd"},
		Packages:   []house.PackageRule{{Path: "attic", May: []string{"cellar"}}, {Path: "cellar"}, {Path: "cmd", May: []string{"attic"}}},
		Libraries:  []house.Library{{Path: "example.com/wine", In: []string{"cellar"}}},
		Goroutines: map[string]string{"attic/bats.go": "bats fly at night"},
		Long:       map[string]string{},
	}
}

func readTree(t *testing.T, name string) (tree fstest.MapFS, faults []string) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	tree = fstest.MapFS{}
	for _, f := range archive.Files {
		if f.Name == "faults" {
			faults = strings.Split(strings.TrimSpace(string(f.Data)), "\n")
			continue
		}
		text := strings.ReplaceAll(string(f.Data), "REPEAT\n", strings.Repeat("//\n", house.MaxLines))
		tree[f.Name] = &fstest.MapFile{Data: []byte(text)}
	}
	return tree, faults
}
