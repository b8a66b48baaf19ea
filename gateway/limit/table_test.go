package limit_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"partyline/gateway/limit"
)

var update = flag.Bool("update", false, "write the table into docs/operations.md")

const (
	operations = "../../docs/operations.md"
	begin, end = "<!-- limits: made by go test ./gateway/limit -update -->\n", "<!-- end of limits -->"
)

// TestOperationsShowTheTable: the documentation has the limits that the code has.
func TestOperationsShowTheTable(t *testing.T) {
	raw, err := os.ReadFile(operations)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), begin)
	shown, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table", operations)
	}
	want := "\n" + limit.Markdown() + "\n"
	if shown == want {
		return
	}
	if !*update {
		t.Fatalf("%s shows other limits than the code has: go test ./gateway/limit -update", operations)
	}
	if err := os.WriteFile(operations, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestEveryLimitSaysWhatItIs: a row without a reason or an answer cannot be judged.
func TestEveryLimitSaysWhatItIs(t *testing.T) {
	names := map[string]bool{}
	for _, l := range limit.Table() {
		if l.Name == "" || l.What == "" || l.Key == "" || l.Answer == "" || l.Why == "" || l.PerSecond <= 0 && l.Most <= 0 {
			t.Errorf("%q lacks something: %+v", l.Name, l)
		}
		if l.PerSecond > 0 && l.Seconds <= 0 {
			t.Errorf("%q has a rate and no burst", l.Name)
		}
		if names[l.Name] {
			t.Errorf("%q is there twice", l.Name)
		}
		names[l.Name] = true
	}
}
