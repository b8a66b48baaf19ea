package main

import (
	"errors"
	"fmt"
	"slices"

	"partyline/loadtest/attack"
	"partyline/loadtest/crowd"
	"partyline/loadtest/faults"
	"partyline/loadtest/growth"
	"partyline/loadtest/report"
)

type crowdCommand struct {
	output
	crowd.Options
	Start bool `help:"Build the server and start it on a temporary folder; --addr, --key and --pid are its own then."`
}

func (c *crowdCommand) Run(e *env) (err error) {
	e.tells(&c.Program)
	if c.Start {
		server, err := c.Program.Open(e.ctx)
		if err != nil {
			return err
		}
		c.Addr, c.Key, c.Pid = server.Addr, server.AdminKey, server.Pid()
		defer func() {
			if end := server.Close(); end != nil {
				c.Say("the server's end: %v", end)
			}
		}()
	}
	r, err := crowd.Run(e.ctx, c.Options)
	if err != nil {
		return err
	}
	return e.done(c.output, r)
}

type attackCommand struct {
	output
	attack.Options
}

func (c *attackCommand) Run(e *env) error {
	return e.built(&c.Program, func(string) error {
		r, err := attack.Run(e.ctx, c.Options)
		if r != nil {
			err = errors.Join(e.done(c.output, r), err)
		}
		return err
	})
}

type growthCommand struct {
	output
	growth.Options
}

func (c *growthCommand) Run(e *env) error {
	c.Tables = e.stdout
	return e.built(&c.Program, func(string) error {
		r, err := growth.Run(e.ctx, c.Options)
		if err != nil {
			return err
		}
		return e.done(c.output, r)
	})
}

type faultsCommand struct {
	output
	faults.Options
	Faults []string `arg:"" optional:"" help:"full, frozen, drained, hung, bitrot; without a name all of them. The full disk needs root."`
}

// Run runs one fault after the other, also after one that could not be run.
func (c *faultsCommand) Run(e *env) error {
	return e.built(&c.Program, func(folder string) error {
		c.Folder = folder
		for _, name := range c.Faults {
			if !slices.ContainsFunc(faults.All, func(f faults.Fault) bool { return f.Name == name }) {
				return fmt.Errorf("unknown fault %q, see --help", name)
			}
		}
		var results []*faults.Result
		var errs []error
		for _, f := range faults.All {
			if len(c.Faults) > 0 && !slices.Contains(c.Faults, f.Name) {
				continue
			}
			r, err := faults.Play(e.ctx, f, c.Options)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", f.Name, err))
				continue
			}
			results = append(results, r)
			errs = append(errs, r.Write(e.stdout), r.Err())
		}
		return errors.Join(append(errs, report.Save(c.JSON, results))...)
	})
}
