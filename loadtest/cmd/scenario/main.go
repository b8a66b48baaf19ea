package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"partyline/loadtest/hooks/receiver"
	"partyline/loadtest/scenario"
)

func main() {
	// Who ends a stage of CI that hangs sends SIGTERM; the server must not stay behind.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "scenario:", err)
		os.Exit(1)
	}
}

// receive is the first argument of this program as the receiver of webhooks.
const receive = "receive"

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == receive {
		return receiveHooks(ctx, args[1:], stdin, stdout, stderr)
	}
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	end, err := s.prepare(ctx, stderr)
	if err != nil {
		return err
	}
	defer end()
	return s.play(ctx, stdout, stderr)
}

// receiveHooks is the other side of webhooks. It ends with its input.
func receiveHooks(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	var plan receiver.Plan
	f := flag.NewFlagSet(receive, flag.ContinueOnError)
	f.SetOutput(stderr)
	plan.Bind(f)
	if err := f.Parse(args); err != nil {
		return err
	}
	return receiver.Serve(ctx, plan, stdin, stdout)
}

// play plays one scenario after the other, whatever becomes of those before, and says
// of each what came of it.
func (s *settings) play(ctx context.Context, stdout, stderr io.Writer) error {
	var failed []error
	for i, one := range s.scenarios {
		if i > 0 {
			_, _ = fmt.Fprintln(stdout)
		}
		o := s.options
		o.Scenario = one
		o.Progress = func(sentence string) { _, _ = fmt.Fprintln(stderr, sentence) }
		r, err := scenario.Run(ctx, o)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", one.Name, err))
			continue
		}
		failed = append(failed, r.Write(stdout), s.keep(r, stdout), r.Err())
	}
	return errors.Join(failed...)
}
