package house

import (
	"fmt"
	"go/ast"
)

// goroutineFaults compares the files with go statements with the table, both ways: a row whose
// file starts none any more is stale.
func goroutineFaults(files []source, r Rules) []string {
	var faults []string
	starts := map[string]bool{}
	for _, f := range files {
		if f.test() {
			continue
		}
		line, ok := firstGoroutine(f)
		if !ok {
			continue
		}
		starts[f.path] = true
		if _, listed := r.Goroutines[f.path]; !listed {
			faults = append(faults, fmt.Sprintf("%s: starts a goroutine in line %d and is not listed", f.path, line))
		}
	}
	for p, reason := range r.Goroutines {
		if !starts[p] {
			faults = append(faults, fmt.Sprintf("%s: is listed as starting a goroutine and does not", p))
		}
		if reason == "" {
			faults = append(faults, fmt.Sprintf("%s: is listed as starting a goroutine without a reason", p))
		}
	}
	return faults
}

// firstGoroutine finds the first go statement, or call of a WaitGroup's Go, of a file.
func firstGoroutine(f source) (line int, found bool) {
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if found {
			return false
		}
		switch n := n.(type) {
		case *ast.GoStmt:
			line, found = f.line(n), true
		case *ast.CallExpr:
			if waitGroupGo(n) {
				line, found = f.line(n), true
			}
		}
		return !found
	})
	return line, found
}

// waitGroupGo recognises x.Go(func() {...}): a goroutine by another name. Other
// methods called Go take more than one function without parameters.
func waitGroupGo(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Go" || len(call.Args) != 1 {
		return false
	}
	f, ok := call.Args[0].(*ast.FuncLit)
	return ok && f.Type.Params.NumFields() == 0
}
