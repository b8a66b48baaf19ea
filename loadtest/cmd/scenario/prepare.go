package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"partyline/loadtest/program"
)

// scripts is where the scripts are, and the module of k6, below the root of ours.
const scripts = "loadtest/k6"

// prepare builds what is not given. The returned function removes it.
func (s *settings) prepare(ctx context.Context, stderr io.Writer) (end func(), err error) {
	o := &s.options
	root, err := moduleRoot(ctx)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	o.Scripts, o.Receiver, o.Output = filepath.Join(root, scripts), []string{self, receive}, stderr
	if o.K6 == "" {
		_, _ = fmt.Fprintln(stderr, "building k6, or taking it from the cache: the first time takes minutes")
		if o.K6, err = buildK6(ctx, o.Scripts, stderr); err != nil {
			return nil, err
		}
	}
	folder, remove, err := program.Folder("load")
	if err != nil {
		return nil, err
	}
	if o.Server, err = program.Server(ctx, o.Server, folder, stderr); err != nil {
		return nil, errors.Join(err, remove())
	}
	return func() { _ = remove() }, nil
}

// buildK6 has the go tool build k6 into its cache and name the program.
func buildK6(ctx context.Context, module string, stderr io.Writer) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "tool", "-n", "k6")
	cmd.Dir, cmd.Stderr = module, stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("build k6: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "partyline").Output()
	if err != nil {
		return "", fmt.Errorf("find the root of the module: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
