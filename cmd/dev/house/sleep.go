package house

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// A test that sleeps is slow when it passes and fails when the machine is slow. In a
// synctest bubble a sleep takes no time. So a test function must not reach a sleep,
// through any function of its package, other than in a bubble.

// function is a function of a package's tests, without what it runs in bubbles. What
// it calls goes by bare names: the rule is stricter for it, never laxer.
type function struct {
	source
	name  string
	calls []string
	// sleep is the line of the first sleep, 0 without.
	sleep int
}

// sleepFaults finds the test functions that reach a sleep outside of a bubble.
func sleepFaults(files []source) []string {
	byDir := map[string][]source{}
	for _, f := range files {
		if f.test() {
			byDir[f.dir()] = append(byDir[f.dir()], f)
		}
	}
	var faults []string
	for _, tests := range byDir {
		faults = append(faults, sleepers(tests)...)
	}
	return faults
}

func sleepers(tests []source) []string {
	var all []function
	bubbles := bubbleMakers(tests)
	for _, f := range tests {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				all = append(all, inspectFunction(f, fn, bubbles))
			}
		}
	}
	var faults []string
	for _, fn := range all {
		if !isEntryPoint(fn.name) {
			continue
		}
		if s, ok := reaches(all, fn, map[string]bool{}); ok {
			faults = append(faults, fmt.Sprintf("%s: %s sleeps outside of a synctest bubble, in line %d of %s", fn.path, fn.name, s.sleep, s.base()))
		}
	}
	return faults
}

// bubbleMakers are synctest's Test and the package's own functions that call it: functions
// passed to them run in a bubble.
func bubbleMakers(tests []source) []string {
	makers := []string{}
	for _, f := range tests {
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil || isEntryPoint(fn.Name.Name) {
				continue
			}
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if _, ok := called(n, "synctest", "Test"); ok {
					makers = append(makers, fn.Name.Name)
				}
				return true
			})
		}
	}
	return makers
}

// inspectFunction reads one function, without the functions it passes to bubbles.
func inspectFunction(f source, fn *ast.FuncDecl, bubbles []string) function {
	found := function{source: f, name: fn.Name.Name}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if _, ok := called(n, "synctest", "Test"); ok {
			return false
		}
		if _, ok := called(n, "time", "Sleep"); ok && found.sleep == 0 {
			found.sleep = f.line(n)
		}
		name := calledName(n)
		if slices.Contains(bubbles, name) {
			return false
		}
		if name != "" {
			found.calls = append(found.calls, name)
		}
		return true
	})
	return found
}

// reaches finds a function with a sleep that fn is or calls.
func reaches(all []function, fn function, seen map[string]bool) (function, bool) {
	if fn.sleep > 0 {
		return fn, true
	}
	for _, name := range fn.calls {
		if seen[name] {
			continue
		}
		seen[name] = true
		for _, next := range all {
			if next.name == name {
				if s, ok := reaches(all, next, seen); ok {
					return s, true
				}
			}
		}
	}
	return function{}, false
}

// isEntryPoint is true for the names of functions that go test calls by itself.
func isEntryPoint(name string) bool {
	return slices.ContainsFunc([]string{"Test", "Benchmark", "Fuzz", "Example"}, func(p string) bool { return strings.HasPrefix(name, p) })
}

// calledName is the bare name of the called function.
func calledName(n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return ""
	}
	switch fn := call.Fun.(type) {
	case *ast.Ident:
		return fn.Name
	case *ast.SelectorExpr:
		return fn.Sel.Name
	}
	return ""
}
