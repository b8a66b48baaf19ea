package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"partyline/loadtest/hooks"
	"partyline/loadtest/hooks/receiver"
	"partyline/loadtest/process"
)

func main() {
	// Who ends a stage of CI that hangs sends SIGTERM; the server must not stay behind.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "hooks:", err)
		os.Exit(1)
	}
}

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
	f := flags("receive", stderr)
	plan.Bind(f)
	if err := parse(f, args); err != nil {
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
	p = hooks.Programs{Server: server, Receiver: []string{self, "receive"}, Output: stderr}
	if server != "" {
		return p, func() {}, nil
	}
	folder, err := os.MkdirTemp("", "partyline-hooks-")
	if err != nil {
		return p, nil, err
	}
	_, _ = fmt.Fprintln(stderr, "building the server")
	if p.Server, err = process.Build(ctx, folder); err != nil {
		return p, nil, errors.Join(err, os.RemoveAll(folder))
	}
	return p, func() { _ = os.RemoveAll(folder) }, nil
}

func flags(name string, stderr io.Writer) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(stderr)
	return f
}

func parse(f *flag.FlagSet, args []string) error {
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", f.Arg(0))
	}
	return nil
}

func writeJSON(path string, report any) error {
	if path == "" {
		return nil
	}
	b, err := json.MarshalIndent(report, "", "  ")
	return errors.Join(err, os.WriteFile(path, append(b, '\n'), 0o644))
}
