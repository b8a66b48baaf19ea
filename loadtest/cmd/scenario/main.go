package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"partyline/loadtest/hooks/receiver"
	"partyline/loadtest/program"
	"partyline/loadtest/scenario"
)

func main() { program.Main("scenario", run) }

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
	f := program.Flags(receive, stderr)
	plan.Bind(f)
	if err := program.Parse(f, args); err != nil {
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
		o.Progress = program.Progress(stderr)
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
