package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// target is a fuzz function and its package directory. An internal one is in the package
// itself, and not in the test package beside it.
type target struct {
	dir, name string
	internal  bool
}

// fuzz runs every fuzz target of the checkout, one after the other, or keeps what earlier runs
// have found.
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
		return keepInputs(ctx, r, targets)
	}
	f := fuzzer{each: timePerTarget(*each, *total, len(targets))}
	if f.cache, err = fuzzCache(ctx, r); err != nil {
		return err
	}
	if f.binaries, err = os.MkdirTemp("", "partyline-fuzz-"); err != nil {
		return err
	}
	defer os.RemoveAll(f.binaries)
	return r.steps(ctx, f.steps(targets)...)
}

// timePerTarget is the same time for each of n targets, less than each when there are too many
// for total.
func timePerTarget(each, total time.Duration, n int) time.Duration {
	return min(each, total/time.Duration(n))
}

// fuzzCache is where the go tool keeps what was found in this module.
func fuzzCache(ctx context.Context, r *runner) (string, error) {
	where, err := r.output(ctx, "go", "env", "GOCACHE")
	if err != nil {
		return "", err
	}
	module, err := r.output(ctx, "go", "list", "-m")
	return filepath.Join(strings.TrimSpace(where), "fuzz", filepath.FromSlash(strings.TrimSpace(module))), err
}

// minimizeTime bounds the minimizing of one input: by default Go may spend the whole time on
// it.
const minimizeTime = "-test.fuzzminimizetime=1s"

// fuzzer builds the targets of a package once, where go test would build them for each.
type fuzzer struct {
	cache, binaries string
	// each is how long each target is fuzzed.
	each time.Duration
}

func (f fuzzer) steps(targets []target) []step {
	built := map[string]bool{}
	var all []step
	for _, t := range targets {
		if binary := f.binary(t); !built[binary] {
			built[binary] = true
			all = append(all, step{"build the targets in " + t.dir, func(ctx context.Context, r *runner) error { return f.build(ctx, r, t) }})
		}
		all = append(all, step{fmt.Sprintf("%s in %s for %s", t.name, t.dir, f.each), func(ctx context.Context, r *runner) error { return f.fuzz(ctx, r, t) }})
	}
	return all
}

// binary is shared by the targets of a directory that are built from the same sources.
func (f fuzzer) binary(t target) string {
	return filepath.Join(f.binaries, fmt.Sprintf("%s-%t.test", strings.ReplaceAll(t.dir, "/", "-"), t.internal))
}

func (f fuzzer) build(ctx context.Context, r *runner, t target) error {
	sources, err := t.sources(ctx, r)
	if err != nil {
		return err
	}
	return r.tool(ctx, append([]string{"go", "test", "-c", "-fuzz=.", "-o", f.binary(t)}, sources...)...)
}

// sources are what is built for a target. All of it and of what it imports is built anew to be
// fuzzed, which takes minutes for the validator that the tests beside gateway use: an internal
// target is built without those.
func (t target) sources(ctx context.Context, r *runner) ([]string, error) {
	if !t.internal {
		return []string{"./" + t.dir}, nil
	}
	const files = `{{range .GoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{range .TestGoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}`
	listed, err := r.output(ctx, "go", "list", "-f", files, "./"+t.dir)
	return strings.Split(strings.TrimSpace(listed), "\n"), err
}

// fuzz runs in the package's directory, as go test would.
func (f fuzzer) fuzz(ctx context.Context, r *runner, t target) error {
	var output strings.Builder
	beside := &runner{root: filepath.Join(r.root, filepath.FromSlash(t.dir)), out: io.MultiWriter(r.out, &output), err: r.err}
	err := beside.tool(ctx, f.binary(t), "-test.run=^$", "-test.fuzz=^"+t.name+"$", "-test.fuzztime="+f.each.String(), minimizeTime,
		"-test.fuzzcachedir="+filepath.Join(f.cache, filepath.FromSlash(t.dir)), "-test.paniconexit0")
	if timeWasUp(output.String()) {
		return ctx.Err()
	}
	return err
}

// timeWasUp recognises a run that reports a failure although only its time was up
// (golang/go#75804, fixed in Go 1.27). A failure with an input names the input.
func timeWasUp(output string) bool {
	return strings.Contains(output, "\n    context deadline exceeded\n") && !strings.Contains(output, "Failing input")
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
		found, err := fuzzTargetsOf(tree, p)
		all = append(all, found...)
		return err
	})
	return all, err
}

// otherModule is true when a directory contains a module of its own: the go tool does not test
// it from here.
func otherModule(tree fs.FS, dir string) bool {
	if dir == "." {
		return false
	}
	_, err := fs.Stat(tree, path.Join(dir, "go.mod"))
	return err == nil
}

func fuzzTargetsOf(tree fs.FS, p string) ([]target, error) {
	text, err := fs.ReadFile(tree, p)
	if err != nil {
		return nil, err
	}
	f, err := parser.ParseFile(token.NewFileSet(), p, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var all []target
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Fuzz") {
			all = append(all, target{path.Dir(p), fn.Name.Name, !strings.HasSuffix(f.Name.Name, "_test")})
		}
	}
	return all, nil
}
