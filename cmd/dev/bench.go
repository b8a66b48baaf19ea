package main

import (
	"context"
	"flag"
	"strconv"
)

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
