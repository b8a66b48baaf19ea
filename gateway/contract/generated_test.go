package contract_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"partyline/protocol"
)

// update rewrites the generated parts of the docs: go generate ./gateway/contract.
var update = flag.Bool("update", false, "rewrite the generated parts of the docs")

// TestGeneratedDocs: what is generated in the docs is what would be generated now.
func TestGeneratedDocs(t *testing.T) {
	t.Parallel()
	for _, g := range []struct{ file, part, text string }{
		{"api/README.md", "coverage", coverage(t)},
		{"api/errors.md", "codes", codes()},
	} {
		path := filepath.Join(docs, g.file)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, found := strings.Cut(string(b), "<!-- generated: "+g.part+" -->\n")
		_, after, ends := strings.Cut(rest, "<!-- end -->\n")
		if !found || !ends {
			t.Fatalf("%s has no place for %s", g.file, g.part)
		}
		want := before + "<!-- generated: " + g.part + " -->\n" + g.text + "<!-- end -->\n" + after
		if want == string(b) {
			continue
		}
		if !*update {
			t.Errorf("%s: %s is out of date, go generate ./gateway/contract", g.file, g.part)
			continue
		}
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// codes is the table of protocol.Codes.
func codes() string {
	var b strings.Builder
	b.WriteString("| Code | Status | Close | Retry |\n|---|---|---|---|\n")
	all := protocol.Codes()
	byStatus := slices.SortedFunc(maps.Keys(all), func(x, y protocol.Code) int {
		if d := all[x].Status - all[y].Status; d != 0 {
			return d
		}
		return strings.Compare(string(x), string(y))
	})
	for _, code := range byStatus {
		m := all[code]
		end := "-"
		if m.Close != 0 {
			end = fmt.Sprint(int(m.Close))
		}
		fmt.Fprintf(&b, "| `%s` | %d | %s | %s |\n", code, m.Status, end, yes(m.Retry))
	}
	return b.String()
}
