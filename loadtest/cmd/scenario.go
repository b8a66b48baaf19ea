package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"partyline/loadtest/report"
	"partyline/loadtest/scenario"
)

// scripts is the folder of the scripts and of the module of k6, in this module.
const scripts = "loadtest/k6"

type scenarioCommand struct {
	scenario.Options
	Out   string   `help:"Folder for the reports as JSON, one file a scenario (partyline-load in the temporary one)."`
	Names []string `arg:"" name:"scenario" help:"Scenarios, see below; or all, one after the other."`
}

func (c *scenarioCommand) Help() string {
	var b strings.Builder
	for _, s := range scenario.Scenarios() {
		fmt.Fprintf(&b, "  %-10s %s\n", s.Name, s.Summary)
	}
	return b.String()
}

// Run runs one scenario after the other, also after one that failed.
func (c *scenarioCommand) Run(e *env) error {
	chosen, err := c.chosen()
	if err != nil {
		return err
	}
	report.Default(&c.Out, filepath.Join(os.TempDir(), "partyline-load"))
	return e.built(&c.Program, func(string) error {
		if err := c.prepare(e); err != nil {
			return err
		}
		var failed []error
		for _, one := range chosen {
			c.Scenario = one
			r, err := scenario.Run(e.ctx, c.Options)
			if e.ctx.Err() != nil {
				return e.ctx.Err()
			}
			if err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", one.Name, err))
				continue
			}
			file := output{JSON: filepath.Join(c.Out, r.Scenario+".json")}
			failed = append(failed, e.done(file, r))
			_, _ = fmt.Fprintf(e.stdout, "report         %s\n\n", file.JSON)
		}
		return errors.Join(failed...)
	})
}

func (c *scenarioCommand) chosen() (all []scenario.Scenario, err error) {
	for _, name := range c.Names {
		if name == "all" {
			all = append(all, scenario.Scenarios()...)
			continue
		}
		one, err := scenario.Find(name)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// prepare finds the scripts, and builds k6 if none is given.
func (c *scenarioCommand) prepare(e *env) error {
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	root, err := outputOf(e.ctx, "", "go", "list", "-m", "-f", "{{.Dir}}", "partyline")
	if err != nil {
		return fmt.Errorf("find the root of the module: %w", err)
	}
	c.Scripts = filepath.Join(root, scripts)
	if c.K6 != "" {
		return nil
	}
	c.Say("building k6, or taking it from the cache: the first time takes minutes")
	if c.K6, err = outputOf(e.ctx, c.Scripts, "go", "tool", "-n", "k6"); err != nil {
		return fmt.Errorf("build k6: %w", err)
	}
	return nil
}

func outputOf(ctx context.Context, dir string, command ...string) (string, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}
