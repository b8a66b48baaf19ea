package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"partyline/loadtest/program"
	"partyline/loadtest/scenario"
)

// settings are what to play and how.
type settings struct {
	scenarios []scenario.Scenario
	options   scenario.Options
	out       string
}

// all stands for every scenario.
const all = "all"

func parse(args []string, stderr io.Writer) (*settings, error) {
	s := &settings{}
	o := &s.options
	f := program.Flags("scenario", stderr)
	f.Usage = func() { usage(f) }
	f.BoolVar(&o.Long, "long", false, "the form for measuring, some minutes; without it some ten seconds")
	f.IntVar(&o.Rate, "rate", 0, "votes, or calls, a second instead of the script's")
	f.IntVar(&o.Seconds, "seconds", 0, "seconds of the main part instead of the script's")
	f.IntVar(&o.Screens, "screens", 0, "screens instead of the script's")
	f.Func("threshold", "METRIC:EXPRESSION that must hold too, as vote_ms:p(95)<5; repeatable", func(text string) error {
		t, err := scenario.ParseThreshold(text)
		o.Thresholds = append(o.Thresholds, t)
		return err
	})
	f.StringVar(&s.out, "out", filepath.Join(os.TempDir(), "partyline-load"), "folder for the reports as JSON, one file a scenario")
	f.StringVar(&o.Server, "binary", "", "this server instead of a built one")
	f.StringVar(&o.K6, "k6", "", "this k6 instead of the one that loadtest/k6/go.mod names")
	names, err := interleaved(f, args)
	if err != nil {
		return nil, err
	}
	return s, s.choose(names, f)
}

// interleaved parses flags that stand before, between and behind other arguments.
func interleaved(f *flag.FlagSet, args []string) (names []string, err error) {
	for {
		if err := f.Parse(args); err != nil {
			return nil, err
		}
		if f.NArg() == 0 {
			return names, nil
		}
		names, args = append(names, f.Arg(0)), f.Args()[1:]
	}
}

func (s *settings) choose(names []string, f *flag.FlagSet) error {
	if len(names) == 0 {
		usage(f)
		return errors.New("which scenario?")
	}
	for _, name := range names {
		if name == all {
			s.scenarios = append(s.scenarios, scenario.Scenarios()...)
			continue
		}
		one, err := scenario.Find(name)
		if err != nil {
			return err
		}
		s.scenarios = append(s.scenarios, one)
	}
	return nil
}

func usage(f *flag.FlagSet) {
	w := f.Output()
	_, _ = fmt.Fprintln(w, "usage: go run ./cmd/dev load [flags] SCENARIO...")
	for _, s := range scenario.Scenarios() {
		_, _ = fmt.Fprintf(w, "  %-10s %s\n", s.Name, s.Summary)
	}
	_, _ = fmt.Fprintf(w, "  %-10s each of them, one after the other\nflags:\n", all)
	f.PrintDefaults()
}

// keep writes the report as JSON beside those of other scenarios.
func (s *settings) keep(r *scenario.Report, stdout io.Writer) error {
	path := filepath.Join(s.out, r.Scenario+".json")
	if err := os.MkdirAll(s.out, 0o755); err != nil {
		return err
	}
	if err := program.Keep(path, r); err != nil {
		return err
	}
	_, err := fmt.Fprintln(stdout, "report         "+path)
	return err
}
