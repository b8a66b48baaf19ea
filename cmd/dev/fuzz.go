package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// target is a fuzz function and its package directory.
type target struct {
	dir, name string
}

// fuzz runs every fuzz target of the checkout, one after the other, or keeps what earlier
// runs have found.
func fuzz(ctx context.Context, r *runner, args []string) error {
	flags := flag.NewFlagSet("fuzz", flag.ContinueOnError)
	each := flags.Duration("time", 10*time.Second, "how long to fuzz each target")
	total := flags.Duration("total", time.Hour, "how long to fuzz all of them together, builds apart")
	keeping := flags.Bool("keep", false, "instead of fuzzing, copy a selection of what was found into testdata/fuzz, where go test runs it")
	if err := flags.Parse(args); err != nil {
		return err
	}
	targets, err := fuzzTargets(os.DirFS(r.root))
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return errors.New("no fuzz targets found")
	}
	if *keeping {
		return keep(ctx, r, targets)
	}
	return r.steps(ctx, fuzzSteps(targets, *each, *total)...)
}

// minimizing: by itself Go may spend the whole time on making one input smaller.
const minimizing = "-fuzzminimizetime=1s"

// fuzzSteps gives each target the same time, less than each when there are too many
// for total.
func fuzzSteps(targets []target, each, total time.Duration) []step {
	share := min(each, total/time.Duration(len(targets)))
	var all []step
	for _, t := range targets {
		all = append(all, tool(fmt.Sprintf("%s in %s for %s", t.name, t.dir, share),
			"go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+share.String(), minimizing, "./"+t.dir))
	}
	return all
}

// fuzzTargets finds the functions called Fuzz… in test files, in order of paths.
func fuzzTargets(tree fs.FS) ([]target, error) {
	var all []target
	err := fs.WalkDir(tree, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || p != "." && strings.HasPrefix(d.Name(), ".") || otherModule(tree, p)):
			return fs.SkipDir
		case !strings.HasSuffix(p, "_test.go"):
			return nil
		}
		names, err := fuzzNames(tree, p)
		for _, n := range names {
			all = append(all, target{path.Dir(p), n})
		}
		return err
	})
	return all, err
}

// otherModule says whether a module of its own lies in a directory: the go tool does
// not test it from here.
func otherModule(tree fs.FS, dir string) bool {
	if dir == "." {
		return false
	}
	_, err := fs.Stat(tree, path.Join(dir, "go.mod"))
	return err == nil
}

func fuzzNames(tree fs.FS, p string) ([]string, error) {
	text, err := fs.ReadFile(tree, p)
	if err != nil {
		return nil, err
	}
	f, err := parser.ParseFile(token.NewFileSet(), p, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Fuzz") {
			names = append(names, fn.Name.Name)
		}
	}
	return names, nil
}
