package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
)

// staticcheckTool is run by its version, so that it is not in go.mod beside the product's
// dependencies.
const staticcheckTool = "honnef.co/go/tools/cmd/staticcheck@v0.8.2"

// tags are those of tests that need programs beside Go. They are linted everywhere and run by
// tasks of their own, so that `go test ./...` passes on a machine with Go alone.
const tags = "peers,browser"

// lintSteps check the source and run nothing of the product.
func lintSteps() []step {
	return []step{
		{"gofmt", gofmt},
		tool("vet", "go", "vet", "-tags", tags, "./..."),
		tool("staticcheck", "go", "run", staticcheckTool, "-tags", tags, "./..."),
		tool("house", "go", "test", "./cmd/dev/..."),
	}
}

func lint(ctx context.Context, r *runner, _ []string) error {
	return r.steps(ctx, lintSteps()...)
}

func check(ctx context.Context, r *runner, _ []string) error {
	return r.steps(ctx, append(lintSteps(), tool("short tests", "go", "test", "-short", "./..."))...)
}

// peers runs the tests that check our output with programs that others wrote.
func peers(ctx context.Context, r *runner, _ []string) error {
	return r.steps(ctx, tool("peers", "go", "test", "-tags", "peers", "-count=1", "-run", "Node|Python|Nginx", "./docs/api/examples/verify", "./loadtest/conformance"))
}

// browser tests the pages: their modules with Node, the rest in Chromium. Flags go to the
// tests: -run REGEXP, -v, -shots DIR.
func browser(ctx context.Context, r *runner, args []string) error {
	const pages = "gateway/screen"
	tests := []string{"go", "test", "-tags", "browser", "-count=1", "-timeout=6m", "./" + pages + "/browser"}
	return r.steps(ctx,
		tool("axe-core", "npm", "ci", "--prefix", pages, "--no-audit", "--no-fund", "--ignore-scripts"),
		tool("modules", "npm", "test", "--prefix", pages, "--silent"),
		tool("pages", append(tests, args...)...))
}

// gofmt lists the files that it would change.
func gofmt(ctx context.Context, r *runner) error {
	files, err := r.output(ctx, "gofmt", "-l", ".")
	if err != nil {
		return err
	}
	if files != "" {
		fmt.Fprint(r.out, files)
		return errors.New("gofmt would change " + strings.Join(strings.Fields(files), ", "))
	}
	return nil
}

// bench prints benchmarks in the form that benchstat reads.
func bench(ctx context.Context, r *runner, args []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	which := flags.String("run", ".", "benchmarks to run, a regular expression")
	count := flags.Int("count", 1, "how often to run each; benchstat wants 6 or more")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return r.steps(ctx, tool("bench", "go", "test", "-run=^$", "-bench="+*which, "-benchmem",
		"-count="+strconv.Itoa(*count), "./..."))
}
