package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// killDelay is how long a tool has to end after Ctrl-C before it is killed.
const killDelay = 5 * time.Second

// runner runs tools at the root of the checkout.
type runner struct {
	root     string
	out, err io.Writer
}

// step is a named part of a task.
type step struct {
	name string
	run  func(ctx context.Context, r *runner) error
}

// steps runs all steps, each under a heading with its duration, and returns the names of those
// that failed: one run shows everything that is wrong.
func (r *runner) steps(ctx context.Context, all ...step) error {
	var failed []string
	for _, s := range all {
		start := time.Now()
		fmt.Fprintf(r.out, "== %s\n", s.name)
		err := s.run(ctx, r)
		verdict := "ok"
		if err != nil {
			verdict = "FAILED: " + err.Error()
			failed = append(failed, s.name)
		}
		fmt.Fprintf(r.out, "   %s (%.1f s)\n", verdict, time.Since(start).Seconds())
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if len(failed) > 0 {
		return errors.New("failed: " + strings.Join(failed, ", "))
	}
	return nil
}

// tool is a step that runs one command and passes on its output.
func tool(name string, args ...string) step {
	return step{name, func(ctx context.Context, r *runner) error { return r.tool(ctx, args...) }}
}

func (r *runner) tool(ctx context.Context, args ...string) error {
	cmd := r.command(ctx, args...)
	cmd.Stdout, cmd.Stderr = r.out, r.err
	return cmd.Run()
}

// output runs a command and returns what it printed.
func (r *runner) output(ctx context.Context, args ...string) (string, error) {
	var out bytes.Buffer
	cmd := r.command(ctx, args...)
	cmd.Stdout, cmd.Stderr = &out, r.err
	err := cmd.Run()
	return out.String(), err
}

func (r *runner) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = r.root
	cmd.WaitDelay = killDelay
	return cmd
}
