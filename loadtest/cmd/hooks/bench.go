package main

import (
	"context"
	"errors"
	"io"

	"partyline/loadtest/hooks"
	"partyline/loadtest/program"
)

// bench measures throughput and latency.
func bench(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var o hooks.BenchOptions
	var binary, file string
	f := program.Flags("bench", stderr)
	f.IntVar(&o.Rounds, "rounds", 3, "how often to measure; medians are quoted")
	f.IntVar(&o.One, "one", 5000, "votes for one endpoint")
	f.IntVar(&o.Fifty, "fifty", 600, "votes for fifty endpoints")
	f.IntVar(&o.Idle, "idle", 400, "votes for an idle endpoint, 20 a second")
	f.IntVar(&o.Half, "half", 200, "votes for twenty endpoints, 20 a second, healthy and with half of them hanging")
	f.StringVar(&binary, "binary", "", "measure this program instead of a built one")
	f.StringVar(&file, "json", "", "also write the figures to this file as JSON")
	if err := program.Parse(f, args); err != nil {
		return err
	}
	p, end, err := programs(ctx, binary, stderr)
	if err != nil {
		return err
	}
	defer end()
	o.Programs = p
	o.Progress = program.Progress(stderr)
	r, err := hooks.Bench(ctx, o)
	if err != nil {
		return err
	}
	return errors.Join(r.Write(stdout), program.Keep(file, r), r.Err())
}
