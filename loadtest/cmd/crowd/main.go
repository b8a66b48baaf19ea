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

	"partyline/loadtest/crowd"
	"partyline/protocol"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "crowd:", err)
		os.Exit(1)
	}
}

// settings are the options of a run and what is around it.
type settings struct {
	crowd.Options
	start  bool
	binary string
	json   string
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	s.Progress = func(sentence string) { _, _ = fmt.Fprintln(stderr, sentence) }
	if s.start {
		end, err := startServer(ctx, s, stderr)
		if err != nil {
			return err
		}
		defer end()
	}
	r, err := crowd.Run(ctx, s.Options)
	if err != nil {
		return err
	}
	return errors.Join(r.Write(stdout), writeJSON(s.json, r), r.Err())
}

func parse(args []string, stderr io.Writer) (*settings, error) {
	s := &settings{}
	f := flag.NewFlagSet("crowd", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&s.Addr, "addr", "127.0.0.1:5000", "the server's host:port")
	f.StringVar(&s.Key, "key", "", "the server's admin key")
	f.BoolVar(&s.start, "start", false, "build the server and start it on a temporary folder; --addr, --key and --pid are its own then")
	f.StringVar(&s.binary, "binary", "", "with --start: this program instead of a built one")
	f.IntVar(&s.Pid, "pid", 0, "the server's process id, to report its CPU and memory")
	f.IntVar(&s.Screens, "screens", 100, "screens that watch, at most 19500")
	f.StringVar((*string)(&s.Mode), "mode", string(protocol.ModeEvents), "what screens subscribe to: events or tally")
	f.IntVar(&s.Sessions, "sessions", 1, "sessions to open; the server must allow as many")
	f.Float64Var(&s.Rate, "rate", 250, "votes per second in open loop; 0 for closed loop")
	f.DurationVar(&s.Duration, "duration", 0, "how long to vote (default 10s)")
	f.StringVar((*string)(&s.Transport), "transport", string(crowd.REST), "how votes travel: rest, ws or batch")
	f.IntVar(&s.Clients, "clients", 0, "requests on their way at once, at most (default 64, in open loop over ws 2048)")
	f.IntVar(&s.Conns, "conns", 4, "WebSockets that the voters of --transport ws share")
	f.IntVar(&s.BatchSize, "batch", 100, "votes per batch of --transport batch")
	f.Float64Var(&s.Churn, "churn", 0, "screens per second that lose their connection and resume")
	f.DurationVar(&s.Settle, "settle", 0, "how long after the last vote all screens must be up to date (default 15s)")
	f.StringVar(&s.json, "json", "", "also write the report to this file as JSON")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unknown argument %q", f.Arg(0))
	}
	return s, nil
}

func writeJSON(path string, r *crowd.Report) error {
	if path == "" {
		return nil
	}
	b, err := json.MarshalIndent(r, "", "  ")
	return errors.Join(err, os.WriteFile(path, append(b, '\n'), 0o644))
}
