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
	"slices"
	"syscall"

	"partyline/loadtest/faults"
	"partyline/loadtest/process"
)

func main() {
	// Who ends a stage of CI that hangs sends SIGTERM; nothing may stay mounted.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	var o faults.Options
	var file string
	f := flag.NewFlagSet("faults", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.BoolVar(&o.Long, "long", false, "also what takes minutes")
	f.StringVar(&o.Binary, "binary", "", "use this program instead of a built one")
	f.StringVar(&file, "json", "", "also write the results to this file as JSON")
	f.Usage = func() { usage(f, stderr) }
	if err := f.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(f.Args())
	if err != nil {
		return err
	}
	if o.Folder, err = os.MkdirTemp("", "partyline-faults-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(o.Folder)) }()
	if o.Binary == "" {
		if o.Binary, err = process.Build(ctx, o.Folder); err != nil {
			return err
		}
	}
	o.Progress = func(sentence string) { _, _ = fmt.Fprintln(stderr, sentence) }
	return play(ctx, chosen, o, stdout, file)
}

// play makes one fault after the other happen. One that could not be played does not
// keep the others from it.
func play(ctx context.Context, chosen []faults.Fault, o faults.Options, stdout io.Writer, file string) error {
	var results []*faults.Result
	var errs []error
	for _, f := range chosen {
		r, err := faults.Play(ctx, f, o)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.Name, err))
			continue
		}
		results = append(results, r)
		errs = append(errs, r.Write(stdout), r.Err())
	}
	if file != "" {
		b, err := json.MarshalIndent(results, "", "  ")
		errs = append(errs, err, os.WriteFile(file, append(b, '\n'), 0o644))
	}
	return errors.Join(errs...)
}

// choose finds faults by their names; none is all.
func choose(names []string) ([]faults.Fault, error) {
	if len(names) == 0 {
		return faults.All, nil
	}
	var chosen []faults.Fault
	for _, name := range names {
		i := slices.IndexFunc(faults.All, func(f faults.Fault) bool { return f.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("unknown fault %q, see --help", name)
		}
		chosen = append(chosen, faults.All[i])
	}
	return chosen, nil
}

func usage(f *flag.FlagSet, w io.Writer) {
	_, _ = fmt.Fprintln(w, "usage: faults [flags] [FAULT...]; without a name all of them")
	for _, f := range faults.All {
		_, _ = fmt.Fprintf(w, "  %-8s %s\n", f.Name, f.Summary)
	}
	f.PrintDefaults()
}
