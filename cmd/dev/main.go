package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

// task is one task of dev.
type task struct {
	name, summary string
	run           func(ctx context.Context, r *runner, args []string) error
}

var tasks = []task{
	{"check", "gofmt, vet, staticcheck, house rules, short tests: before every commit", check},
	{"lint", "the part of check that runs no product test", lint},
	{"test", "every test with concurrency, with the race detector; random tests run fewer times (-short)", test},
	{"peers", "programs of others with ours: receivers in Node and Python, WebSocket clients, nginx (needs npm, python3-autobahn, nginx-light)", peers},
	{"browser", "the pages in Chromium (needs it, and npm); flags go to go test (-run REGEXP, -v, -shots DIR)", browser},
	{"fuzz", "every fuzz target for a while (-time 10s each), or -keep found inputs for go test", fuzz},
	{"dependencies", "write docs/dependencies.md", dependencies},
	{"release", "record a folder, a backup and answers of a release for the tests of later ones (-binary PROGRAM SCHEMA-NAME)", release},
	{"bench", "every benchmark (-run REGEXP, -count N)", bench},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := dev(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "dev:", err)
		os.Exit(1)
	}
}

func dev(ctx context.Context, args []string) error {
	t, ok := findTask(args)
	if !ok {
		return errors.New(usage())
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	err = t.run(ctx, &runner{root: root, out: os.Stdout, err: os.Stderr}, args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}

func findTask(args []string) (task, bool) {
	for _, t := range tasks {
		if len(args) > 0 && t.name == args[0] {
			return t, true
		}
	}
	return task{}, false
}

func usage() string {
	var b strings.Builder
	b.WriteString("usage: go run ./cmd/dev TASK\n")
	for _, t := range tasks {
		fmt.Fprintf(&b, "  %-12s %s\n", t.name, t.summary)
	}
	return b.String()
}

// moduleRoot is the directory of go.mod, wherever in the checkout dev is called.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find go.mod: %w", err)
	}
	mod := strings.TrimSpace(string(out))
	if filepath.Base(mod) != "go.mod" {
		return "", errors.New("not inside the checkout")
	}
	return filepath.Dir(mod), nil
}
