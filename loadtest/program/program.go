package program

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

	"partyline/loadtest/process"
)

// Run is a command. Its context ends when the process is told to end.
type Run func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error

// Main runs a command and ends the process: with 1, and the error in words, when it has
// failed, and else with 0. SIGTERM counts as well as an interrupt: whoever ends a stage of
// CI that hangs sends it, and no server or mount may stay behind.
func Main(name string, run Run) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// Flags are those of a command that tells what is wrong with them instead of exiting.
func Flags(name string, stderr io.Writer) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(stderr)
	return f
}

// Parse reads the flags of a command that takes nothing else.
func Parse(f *flag.FlagSet, args []string) error {
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", f.Arg(0))
	}
	return nil
}

// Progress tells sentences, one a line.
func Progress(w io.Writer) func(sentence string) {
	return func(sentence string) { _, _ = fmt.Fprintln(w, sentence) }
}

// Keep writes a report to a file as JSON, when there is a path.
func Keep(path string, report any) error {
	if path == "" {
		return nil
	}
	b, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// Server is the program that is given, or else one that is built into the folder.
func Server(ctx context.Context, given, folder string, stderr io.Writer) (binary string, err error) {
	if given != "" {
		return given, nil
	}
	_, _ = fmt.Fprintln(stderr, "building the server")
	return process.Build(ctx, folder)
}

// Folder makes a temporary folder for a command. The returned function removes it.
func Folder(command string) (folder string, remove func() error, err error) {
	if folder, err = os.MkdirTemp("", "partyline-"+command+"-"); err != nil {
		return "", nil, err
	}
	return folder, func() error { return os.RemoveAll(folder) }, nil
}
