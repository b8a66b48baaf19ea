package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"partyline/loadtest/attack"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
)

func main() {
	attack.Child()
	// SIGTERM counts as well as an interrupt: whoever ends a stage of CI that hangs sends it,
	// and no server or mount may stay behind.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}

// commands are the subcommands.
type commands struct {
	Crowd    crowdCommand    `cmd:"" help:"Voters and screens: throughput, latencies, what the server used."`
	Crash    crashCommand    `cmd:"" help:"Kill the server again and again, with screens and webhooks, and judge what is left."`
	Webhooks webhooksCommand `cmd:"" help:"Webhooks: kill the server while endpoints fail, or measure deliveries."`
	Attack   attackCommand   `cmd:"" help:"Attack the server in every way that a client can while regular voters go on."`
	Faults   faultsCommand   `cmd:"" help:"A full disk, a frozen process, SIGTERM, a disk that hangs, flipped bits, under load."`
	Growth   growthCommand   `cmd:"" help:"Grow a folder to that of many years and find the costs that grow with it."`
	Scenario scenarioCommand `cmd:"" help:"k6 scenarios, held against what the server recorded."`
}

// env is what all subcommands run in.
type env struct {
	ctx            context.Context
	stdout, stderr io.Writer
}

// output is where the report goes beside stdout.
type output struct {
	JSON string `name:"json" help:"Also write the report to this file as JSON."`
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c commands
	helped := false
	parser, err := kong.New(&c, kong.Name("loadtest"), kong.Description("Load tests of Partyline."), kong.Writers(stdout, stderr), kong.Exit(func(int) { helped = true }))
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if helped {
		return nil
	}
	if err != nil {
		return err
	}
	return parsed.Run(&env{ctx: ctx, stdout: stdout, stderr: stderr})
}

// tells has a run print its progress, and what programs say, to stderr.
func (e *env) tells(p *target.Program) {
	p.Output, p.Progress = e.stderr, func(sentence string) { _, _ = fmt.Fprintln(e.stderr, sentence) }
}

// built is for runs of many servers: it builds the program once, into a temporary folder that do
// may use.
func (e *env) built(p *target.Program, do func(folder string) error) error {
	e.tells(p)
	folder, err := os.MkdirTemp("", "partyline-loadtest-")
	if err != nil {
		return err
	}
	if p.Binary == "" {
		p.Say("building the server")
		p.Binary, err = target.Build(e.ctx, folder)
	}
	if err == nil {
		err = do(folder)
	}
	return errors.Join(err, os.RemoveAll(folder))
}

// done prints a report, writes it as JSON, and fails unless it is a good one.
func (e *env) done(o output, r interface {
	Write(io.Writer) error
	Err() error
}) error {
	return errors.Join(r.Write(e.stdout), report.Save(o.JSON, r), r.Err())
}
