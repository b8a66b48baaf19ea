package main

import (
	"context"
	"errors"
	"time"

	"partyline/loadtest/crash"
	"partyline/loadtest/receiver"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/loadtest/webhooks"
)

type crashCommand struct {
	output
	crash.Options
	Count int  `name:"webhooks" default:"3" help:"Webhooks that are judged, too."`
	Keep  bool `help:"Keep the data folder when something was found."`
}

// Run kills a server under thousands of votes a second. Each webhook has one session: an endpoint
// takes one delivery at a time.
func (c *crashCommand) Run(e *env) error {
	return e.crash(e.ctx, c.output, c.Options, webhooks.Options{Webhooks: c.Count, EachOneSession: true}, c.Keep)
}

func (e *env) crash(ctx context.Context, out output, o crash.Options, w webhooks.Options, keep bool) (err error) {
	e.tells(&o.Program)
	report.Default(&o.Seed, uint64(time.Now().UnixNano()))
	w.Plan.Seed, w.Progress = o.Seed, o.Progress
	if o.Server, err = o.Program.Server(ctx, target.LoopbackWebhooks...); err != nil {
		return err
	}
	o.Say("seed %d, folder %s", o.Seed, o.Server.Folder)
	if o.Webhooks, err = webhooks.Start(w); err != nil {
		return errors.Join(err, o.Server.Close())
	}
	r, err := crash.Run(ctx, o)
	err = errors.Join(err, o.Webhooks.Close())
	if err == nil {
		err = e.done(out, r)
	}
	if err != nil && keep {
		o.Say("the data are kept in %s", o.Server.Folder)
		return errors.Join(err, o.Server.Stop(target.StopWithin))
	}
	return errors.Join(err, o.Server.Close())
}

type webhooksCommand struct {
	Crash webhooksCrash `cmd:"" help:"Kill the server while it delivers to endpoints that fail at random."`
	Bench webhooksBench `cmd:"" help:"Measure throughput and latency of deliveries."`
}

type webhooksCrash struct {
	output
	target.Program
	Rounds   int    `help:"How often to kill (22, short 3)."`
	Webhooks int    `default:"20" help:"Webhooks, each with an endpoint of its own."`
	Short    bool   `help:"A run of half a minute: nothing hangs, and what waits at the end is tried at once."`
	Seed     uint64 `help:"Seed of moments and failures (the time)."`
}

// webhooksWithin bounds a run: twice what the long form takes at most.
const webhooksWithin = 12 * time.Minute

// Run is the crash test with few votes, of which every webhook gets most, and with endpoints that
// fail.
func (c *webhooksCrash) Run(e *env) error {
	ctx, cancel := context.WithTimeout(e.ctx, webhooksWithin)
	defer cancel()
	o := crash.Options{Program: c.Program, Rounds: c.Rounds, Writers: 2, Screens: 2, Rate: 35, PollRate: 2, MinLife: 300 * time.Millisecond, MaxLife: 4500 * time.Millisecond, Seed: c.Seed}
	w := webhooks.Options{Webhooks: c.Webhooks, Plan: receiver.Plan{FailureRate: 0.004, Hangs: true, Refusing: 3}}
	if c.Short {
		report.Default(&o.Rounds, 3)
		o.Rate, o.PollRate, o.MinLife, o.MaxLife = 17, 20, 1500*time.Millisecond, 3*time.Second
		w.Plan, w.RetryAtEnd, w.SettleWithin = receiver.Plan{FailureRate: 0.01, Refusing: 1}, true, 30*time.Second
	}
	report.Default(&o.Rounds, 22)
	return e.crash(ctx, c.output, o, w, false)
}

type webhooksBench struct {
	output
	webhooks.BenchOptions
}

func (c *webhooksBench) Run(e *env) error {
	return e.built(&c.Program, func(string) error {
		r, err := webhooks.Bench(e.ctx, c.BenchOptions)
		if err != nil {
			return err
		}
		return e.done(c.output, r)
	})
}
