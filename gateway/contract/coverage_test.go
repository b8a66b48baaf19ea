package contract_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"partyline/protocol"
)

// reference are the endpoints of the reference API, as its contract lists them.
func reference(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "reference.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// TestReferenceEndpointsAreServed: each endpoint of the reference API is a row of the table
// that says so, or pending, and no other row says so.
func TestReferenceEndpointsAreServed(t *testing.T) {
	t.Parallel()
	want := reference(t)
	if len(want) != 42 {
		t.Fatalf("the list has %d endpoints", len(want))
	}
	waiting := map[string]bool{}
	for _, o := range checker(t).Operations() {
		waiting[o.Method+" "+o.Path] = pending[o.ID] != ""
	}
	served := map[string]bool{}
	for _, row := range protocol.Operations() {
		endpoint := row.Method + " " + row.Path
		served[endpoint] = true
		if row.Reference != slices.Contains(want, endpoint) {
			t.Errorf("%s: of the reference API: %v", endpoint, !row.Reference)
		}
	}
	for _, endpoint := range want {
		if !served[endpoint] && !waiting[endpoint] {
			t.Errorf("%s is not served", endpoint)
		}
	}
}

// coverage is the table of all operations. What it says of statuses holds because
// TestEveryDocumentedStatusIsSeen fails otherwise.
func coverage(t *testing.T) string {
	t.Helper()
	statuses := map[string][]string{}
	for _, o := range checker(t).Operations() {
		statuses[o.ID] = o.Statuses
	}
	handlers, tests := handlers(t), namedInTests(t)
	var b strings.Builder
	b.WriteString("| Method | Path | Op | Who | Reference | Described | Handler | Tests | Answers seen |\n|---|---|---|---|---|---|---|---|---|\n")
	served := 0
	for _, row := range protocol.Operations() {
		if row.Reference {
			served++
		}
		if handlers[row.Op] == "" || len(tests[row.Op]) == 0 {
			t.Errorf("%s: handler %q, tests %v", row.Op, handlers[row.Op], tests[row.Op])
		}
		fmt.Fprintf(&b, "| %s | %s | `%s` | %s | %s | %s | `%s` | %s | %s |\n", row.Method, row.Path, row.Op, row.Access,
			yes(row.Reference), yes(statuses[row.Op] != nil), handlers[row.Op], strings.Join(tests[row.Op], ", "), strings.Join(statuses[row.Op], " "))
	}
	for _, op := range slices.Sorted(maps.Keys(pending)) {
		for _, o := range checker(t).Operations() {
			if o.ID == op {
				fmt.Fprintf(&b, "| %s | %s | `%s` | | | yes | - | | |\n", o.Method, o.Path, op)
			}
		}
	}
	all := len(reference(t))
	return fmt.Sprintf("%d of the %d endpoints of the reference API, and %d of ours.\n\n", served, all, len(protocol.Operations())-served) + b.String()
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "-"
}

// handlers are what the gateway's source says serves each operation.
func handlers(t *testing.T) map[string]string {
	t.Helper()
	all, files := map[string]string{}, token.NewFileSet()
	f, err := parser.ParseFile(files, filepath.Join("..", "api", "handlers.go"), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		pair, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		value := pair.Value
		if call, ok := value.(*ast.CallExpr); ok {
			if generic, ok := call.Fun.(*ast.IndexExpr); ok {
				value = generic // command[protocol.CreateGame] says it all
			}
		}
		var source bytes.Buffer
		if err := printer.Fprint(&source, files, value); err != nil {
			t.Fatal(err)
		}
		if op, ok := literal(pair.Key); ok {
			all[op] = source.String()
		}
		return false
	})
	return all
}

// namedInTests are the files of tests that ask for an operation by name: those of this
// package, and the steps of gateway, which are sent by REST and by WebSocket.
func namedInTests(t *testing.T) map[string][]string {
	t.Helper()
	found, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, path := range append([]string{filepath.Join("..", "operations_test.go")}, found...) {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		name := "contract/" + strings.TrimSuffix(path, "_test.go")
		if filepath.Dir(path) == ".." {
			name = "gateway/evening"
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if op, ok := literal(n); ok && !slices.Contains(all[op], name) {
				all[op] = append(all[op], name)
			}
			return true
		})
	}
	return all
}

// literal is the text of a string literal.
func literal(n ast.Node) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
