package house

import (
	"fmt"
	"go/ast"
	"slices"
)

// environmentFaults finds code outside of cmd that reads the environment.
func environmentFaults(files []source) []string {
	var faults []string
	for _, f := range files {
		if !f.test() && !below(f.path, "cmd") {
			faults = append(faults, environmentReads(f)...)
		}
	}
	return faults
}

func environmentReads(f source) []string {
	var faults []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if name, ok := called(n, "os", "Getenv", "LookupEnv", "Environ"); ok {
			faults = append(faults, fmt.Sprintf("%s: line %d reads the environment with os.%s", f.path, f.line(n), name))
		}
		return true
	})
	return faults
}

// called is true when the node calls one of the package's functions.
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
