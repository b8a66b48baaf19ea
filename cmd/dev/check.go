package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// staticcheckTool is run by its version, so that it does not stand in go.mod
// beside what the product needs.
const staticcheckTool = "honnef.co/go/tools/cmd/staticcheck@v0.8.2"

// lintSteps look at the source and run nothing of the product.
func lintSteps() []step {
	return []step{
		{"gofmt", gofmt},
		tool("vet", "go", "vet", "./..."),
		tool("staticcheck", "go", "run", staticcheckTool, "./..."),
		tool("house", "go", "test", "./cmd/dev/..."),
	}
}

func lint(ctx context.Context, r *runner, _ []string) error {
	return r.steps(ctx, lintSteps()...)
}

func check(ctx context.Context, r *runner, _ []string) error {
	return r.steps(ctx, append(lintSteps(), tool("short tests", "go", "test", "-short", "./..."))...)
}

func test(ctx context.Context, r *runner, _ []string) error {
	return r.steps(ctx, tool("tests with the race detector", "go", "test", "-race", "./..."))
}

// gofmt names the files that it would change.
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
