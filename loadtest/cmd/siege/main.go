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
	"strings"
	"syscall"

	"partyline/loadtest/process"
	"partyline/loadtest/siege"
)

func main() {
	// Who ends a stage of CI that hangs sends SIGTERM; the server must not stay behind.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "siege:", err)
		os.Exit(1)
	}
}

// attack is the first argument of the process that attacks.
const attack = "attack"

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) == 1 && args[0] == attack {
		return siege.Attack(ctx, stdin, stdout)
	}
	o := siege.Options{Output: stderr, Progress: func(sentence string) { _, _ = fmt.Fprintln(stderr, sentence) }}
	f := flag.NewFlagSet("siege", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.Binary, "binary", "", "attack this program instead of a built one")
	f.BoolVar(&o.Long, "long", false, "give each attack the time to meet every timeout")
	only := f.String("only", "", "names of attacks, with commas between them (default all)")
	file := f.String("json", "", "also write the report to this file as JSON")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *only != "" {
		o.Only = strings.Split(*only, ",")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o.Attackers = []string{self, attack}
	folder, err := os.MkdirTemp("", "partyline-siege-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if o.Binary == "" {
		if o.Binary, err = process.Build(ctx, folder); err != nil {
			return err
		}
	}
	r, err := siege.Run(ctx, o)
	if r != nil {
		err = errors.Join(r.Write(stdout), writeJSON(*file, r), err, r.Err())
	}
	return err
}

func writeJSON(path string, r *siege.Report) error {
	if path == "" {
		return nil
	}
	b, err := json.MarshalIndent(r, "", "  ")
	return errors.Join(err, os.WriteFile(path, append(b, '\n'), 0o644))
}
