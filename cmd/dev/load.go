package main

import (
	"context"
	"flag"
	"strconv"
)

// crash builds the server and kills it so many times.
func crash(ctx context.Context, r *runner, args []string) error {
	flags := flag.NewFlagSet("crash", flag.ContinueOnError)
	rounds := flags.Int("rounds", 25, "how often to kill")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return r.loadtest(ctx, "crash", []string{"crash", "--rounds", strconv.Itoa(*rounds)})
}

// faults passes its flags on: it explains them with --help.
func faults(ctx context.Context, r *runner, args []string) error {
	return r.loadtest(ctx, "faults", append([]string{"faults"}, args...))
}

// hooks passes its flags on: the crash test of webhooks explains them with --help.
func hooks(ctx context.Context, r *runner, args []string) error {
	return r.loadtest(ctx, "hooks", append([]string{"hooks", "crash"}, args...))
}

// siege passes its flags on: it explains them with --help.
func siege(ctx context.Context, r *runner, args []string) error {
	return r.loadtest(ctx, "siege", append([]string{"siege"}, args...))
}

// attacks measures what somebody with an address can do to others. It passes its flags on.
func attacks(ctx context.Context, r *runner, args []string) error {
	return r.loadtest(ctx, "attacks", append([]string{"siege", "--addresses"}, args...))
}

// bench prints figures in the form that benchstat reads.
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

// load plays k6 scenarios, or puts a crowd on a server of its own. Both explain their
// flags with --help.
func load(ctx context.Context, r *runner, args []string) error {
	return r.loadtest(ctx, "load", loadArguments(args))
}

func loadArguments(args []string) []string {
	if len(args) > 0 && args[0] == "crowd" {
		return append([]string{"crowd", "--start"}, args[1:]...)
	}
	return append([]string{"scenario"}, args...)
}

// loadtest runs a subcommand of loadtest, whose flags may be written with one dash, as those
// of all tasks.
func (r *runner) loadtest(ctx context.Context, name string, args []string) error {
	return r.steps(ctx, tool(name, append([]string{"go", "run", "./loadtest/cmd"}, twoDashes(args)...)...))
}

func twoDashes(args []string) []string {
	all := make([]string, len(args))
	for i, a := range args {
		if len(a) > 2 && a[0] == '-' && a[1] >= 'a' && a[1] <= 'z' {
			a = "-" + a
		}
		all[i] = a
	}
	return all
}
