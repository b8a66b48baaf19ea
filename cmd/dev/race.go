package main

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// notRaced are packages whose tests the race detector is kept from, and why nothing is lost.
var notRaced = map[string]string{
	"partyline/gateway/contract":         "one request after the other; the tests of gateway send them at the same time",
	"partyline/docs/api/examples/verify": "examples of receivers, one request after the other",
	"partyline/cmd/dev/released":         "the server is another process, built without the detector",
	"partyline/loadtest/cmd":             "as released; what loads the server is raced in loadtest/crash and loadtest/crowd",
	"partyline/loadtest/faultproxy":      "as loadtest/cmd",
	"partyline/loadtest/faults":          "as loadtest/cmd",
	"partyline/loadtest/scenario":        "as loadtest/cmd; k6 loads the server",
	"partyline/loadtest/webhooks":        "as loadtest/cmd; loadtest/crash has webhooks",
}

// raceTimeout is how long the tests of one package may take: on a busy machine the detector makes
// the ten minutes of go test too short.
const raceTimeout = "18m"

// test looks for races, in packages in whose tests something runs at the same time.
// Experiments at random are repeated less often than `go test` does (-short): a race is in
// what runs at once, and not in the hundredth draw.
func test(ctx context.Context, r *runner, _ []string) error {
	packages, err := raced(ctx, r)
	if err != nil {
		return err
	}
	return r.steps(ctx, tool("tests with the race detector", append([]string{"go", "test", "-race", "-short", "-timeout", raceTimeout}, packages...)...))
}

// listed is a package as the go tool lists it.
type listed struct {
	path  string
	files []string // with those of tests
	// imports are of the package, tests of its tests.
	imports, tests []string
	tested         bool
}

// raced are the packages with tests in which a goroutine of this module may run: started by
// the package, its tests, or a package of the module that either imports. The rest is pure:
// it is run without the detector, which slows it down ten times and cannot find anything.
func raced(ctx context.Context, r *runner) (chosen []string, err error) {
	const format = `{{.ImportPath}}|{{range .GoFiles}}{{$.Dir}}/{{.}} {{end}}{{range .TestGoFiles}}{{$.Dir}}/{{.}} {{end}}{{range .XTestGoFiles}}{{$.Dir}}/{{.}} {{end}}|{{join .Imports " "}}|{{join .TestImports " "}} {{join .XTestImports " "}}|{{len .TestGoFiles}}{{len .XTestGoFiles}}`
	out, err := r.output(ctx, "go", "list", "-f", format, "./...")
	if err != nil {
		return nil, err
	}
	all := map[string]listed{}
	concurrent := map[string]bool{} // by package, its tests left out
	for line := range strings.Lines(out) {
		part := strings.Split(strings.TrimSpace(line), "|")
		p := listed{part[0], strings.Fields(part[1]), strings.Fields(part[2]), strings.Fields(part[3]), part[4] != "00"}
		all[p.path] = p
		if concurrent[p.path], err = startsGoroutines(slices.DeleteFunc(slices.Clone(p.files), isTest)); err != nil {
			return nil, err
		}
	}
	for _, path := range slices.Sorted(maps.Keys(all)) {
		p := all[path]
		if _, left := notRaced[path]; left || !p.tested {
			continue
		}
		own, err := startsGoroutines(p.files)
		if err != nil {
			return nil, err
		}
		if own || reaches(all, concurrent, append(p.imports, p.tests...), map[string]bool{}) {
			chosen = append(chosen, path)
		}
	}
	return chosen, nil
}

func isTest(file string) bool { return strings.HasSuffix(file, "_test.go") }

// reaches says whether a package of the module that is imported, directly or not, starts
// goroutines.
func reaches(all map[string]listed, concurrent map[string]bool, imports []string, seen map[string]bool) bool {
	return slices.ContainsFunc(imports, func(path string) bool {
		if strings.HasPrefix(path, actors) {
			return true
		}
		p, ours := all[path]
		if !ours || seen[path] {
			return false
		}
		seen[path] = true
		return concurrent[path] || reaches(all, concurrent, p.imports, seen)
	})
}

// actors is a library that runs what it is given in goroutines.
const actors = "github.com/asynkron/protoactor-go/"

// starters are functions and methods that run others in goroutines, by their last name.
var starters = []string{"Go", "Parallel", "RunParallel", "AfterFunc", "Serve", "ListenAndServe", "NewServer", "NewTLSServer", "NewUnstartedServer"}

// startsGoroutines says whether one of the files has a go statement or calls a starter.
func startsGoroutines(files []string) (bool, error) {
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return false, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		found := false
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				found = true
			case *ast.SelectorExpr:
				found = found || slices.Contains(starters, n.Sel.Name)
			}
			return !found
		})
		if found {
			return true, nil
		}
	}
	return false, nil
}
