package main

import (
	"errors"
	"fmt"
	"slices"

	"partyline/loadtest/attack"
	"partyline/loadtest/crowd"
	"partyline/loadtest/faults"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
)

type crowdCommand struct {
	program
	crowd.Options
	Start bool `help:"Build the server and start it on a temporary folder; --addr, --key and --pid are its own then."`
}

func (c *crowdCommand) Run(e *env) (err error) {
	c.Progress = e.tell
	if c.Start {
		server, err := target.Open(e.ctx, target.Options{Binary: c.Binary, Output: e.stderr})
		if err != nil {
			return err
		}
		c.Addr, c.Key, c.Pid = server.Addr, server.AdminKey, server.Pid()
		defer func() {
			if end := server.Close(); end != nil {
				e.tell("the server's end: " + end.Error())
			}
		}()
	}
	r, err := crowd.Run(e.ctx, c.Options)
	if err != nil {
		return err
	}
	return e.done(&c.program, r)
}

type attackCommand struct {
	program
	attack.Options
	Addresses bool `help:"Attack from addresses of others instead, and print what honest votes take alone and during each attack."`
}

func (c *attackCommand) Run(e *env) error {
	return e.folder(&c.program, func(string) error {
		c.Options.Binary, c.Output, c.Progress = c.program.Binary, e.stderr, e.tell
		if c.Addresses {
			r, err := attack.RunAddresses(e.ctx, c.Options)
			if r != nil {
				err = errors.Join(r.Write(e.stdout), report.Save(c.JSON, r), err)
			}
			return err
		}
		r, err := attack.Run(e.ctx, c.Options)
		if r != nil {
			err = errors.Join(e.done(&c.program, r), err)
		}
		return err
	})
}

type faultsCommand struct {
	program
	faults.Options
	Faults []string `arg:"" optional:"" help:"full, frozen, drained, hung, bitrot; without a name all of them. The full disk needs root."`
}

// Run makes one fault after the other happen. One that could not be played does not keep
// the others from it.
func (c *faultsCommand) Run(e *env) error {
	return e.folder(&c.program, func(folder string) error {
		o := c.Options
		o.Binary, o.Folder, o.Progress = c.program.Binary, folder, e.tell
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
			r, err := faults.Play(e.ctx, f, o)
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
