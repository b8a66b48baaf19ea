package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"partyline/loadtest/hooks"
	"partyline/loadtest/hooks/receiver"
	"partyline/loadtest/program"
)

// within bounds a run: twice what the long form takes at most.
const within = 12 * time.Minute

// crash runs the crash test. The short form fits into CI: nothing hangs, and what
// waits at the end is tried at once.
func crash(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var o hooks.Options
	var short bool
	var binary, file string
	f := program.Flags("crash", stderr)
	f.IntVar(&o.Rounds, "rounds", 0, "how often to kill (default 22, short 3)")
	f.IntVar(&o.Webhooks, "webhooks", 20, "webhooks, each with an endpoint of its own")
	f.BoolVar(&short, "short", false, "a run of half a minute")
	f.Uint64Var(&o.Seed, "seed", uint64(time.Now().UnixNano()), "seed of moments and illnesses")
	f.StringVar(&binary, "binary", "", "kill this program instead of a built one")
	f.StringVar(&file, "json", "", "also write the report to this file as JSON")
	if err := program.Parse(f, args); err != nil {
		return err
	}
	o.Plan = receiver.Plan{Seed: o.Seed, Illness: 0.004, Hangs: true, Poisoned: 3}
	if short {
		shorten(&o)
	}
	p, end, err := programs(ctx, binary, stderr)
	if err != nil {
		return err
	}
	defer end()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	o.Programs = p
	o.Progress = program.Progress(stderr)
	o.Progress(fmt.Sprintf("seed %d", o.Seed))
	r, err := hooks.Crash(ctx, o)
	if err != nil {
		return err
	}
	return errors.Join(r.Write(stdout), program.Keep(file, r), r.Err())
}

func shorten(o *hooks.Options) {
	if o.Rounds == 0 {
		o.Rounds = 3
	}
	o.Plan.Illness, o.Plan.Hangs, o.Plan.Poisoned = 0.01, false, 1
	o.Nudge = true
	o.MaxLife, o.SettleWithin = 3*time.Second, 30*time.Second
	o.Batch = 6
}
