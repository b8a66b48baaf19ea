package house

import (
	"fmt"
	"go/ast"
	"slices"
)

// callFaults looks for calls that belong elsewhere: reading the environment
// outside of cmd, and sleeping in a test outside of a synctest bubble.
func callFaults(files []source) []string {
	var faults []string
	for _, f := range files {
		if f.test() {
			faults = append(faults, sleepFaults(f)...)
		} else if !below(f.path, "cmd") {
			faults = append(faults, environmentFaults(f)...)
		}
	}
	return faults
}

func environmentFaults(f source) []string {
	var faults []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if name, ok := called(n, "os", "Getenv", "LookupEnv", "Environ"); ok {
			faults = append(faults, fmt.Sprintf("%s: line %d reads the environment with os.%s", f.path, f.line(n), name))
		}
		return true
	})
	return faults
}

// sleepFaults passes over function literals that are handed to synctest.Test: in
// there a sleep takes no time.
func sleepFaults(f source) []string {
	var faults []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if _, bubble := called(n, "synctest", "Test"); bubble {
			return false
		}
		if _, ok := called(n, "time", "Sleep"); ok {
			faults = append(faults, fmt.Sprintf("%s: line %d sleeps outside of a synctest bubble", f.path, f.line(n)))
		}
		return true
	})
	return faults
}

// called says whether the node is a call of one of the package's functions.
func called(n ast.Node, pkg string, names ...string) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return "", false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	x, ok := sel.X.(*ast.Ident)
	return sel.Sel.Name, ok && x.Name == pkg && slices.Contains(names, sel.Sel.Name)
}
