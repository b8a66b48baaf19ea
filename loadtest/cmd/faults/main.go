package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"

	"partyline/loadtest/faults"
	"partyline/loadtest/program"
)

func main() { program.Main("faults", run) }

func run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) (err error) {
	var o faults.Options
	var file string
	f := program.Flags("faults", stderr)
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
	folder, remove, err := program.Folder("faults")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	o.Folder, o.Progress = folder, program.Progress(stderr)
	if o.Binary, err = program.Server(ctx, o.Binary, folder, stderr); err != nil {
		return err
	}
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
	return errors.Join(append(errs, program.Keep(file, results))...)
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
