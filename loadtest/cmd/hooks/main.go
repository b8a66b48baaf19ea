package main

import (
	"context"
	"errors"
	"io"
	"os"

	"partyline/loadtest/hooks"
	"partyline/loadtest/hooks/receiver"
	"partyline/loadtest/program"
)

func main() { program.Main("hooks", run) }

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	mode := ""
	if len(args) > 0 {
		mode, args = args[0], args[1:]
	}
	switch mode {
	case "crash":
		return crash(ctx, args, stdout, stderr)
	case "bench":
		return bench(ctx, args, stdout, stderr)
	case "receive":
		return receive(ctx, args, stdin, stdout, stderr)
	}
	return errors.New("usage: hooks crash|bench|receive [flags]; each explains its flags with --help")
}

// receive is the other side. It ends with its input.
func receive(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	var plan receiver.Plan
	f := program.Flags("receive", stderr)
	plan.Bind(f)
	if err := program.Parse(f, args); err != nil {
		return err
	}
	return receiver.Serve(ctx, plan, stdin, stdout)
}

// programs are a server that is built when none is given, and this program as the
// receiver. The returned function removes what was built.
func programs(ctx context.Context, server string, stderr io.Writer) (p hooks.Programs, end func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return p, nil, err
	}
	folder, remove, err := program.Folder("hooks")
	if err != nil {
		return p, nil, err
	}
	p = hooks.Programs{Receiver: []string{self, "receive"}, Output: stderr}
	if p.Server, err = program.Server(ctx, server, folder, stderr); err != nil {
		return p, nil, errors.Join(err, remove())
	}
	return p, func() { _ = remove() }, nil
}
