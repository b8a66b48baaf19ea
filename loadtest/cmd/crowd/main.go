package main

import (
	"context"
	"errors"
	"io"

	"partyline/loadtest/crowd"
	"partyline/loadtest/program"
	"partyline/protocol"
)

func main() { program.Main("crowd", run) }

// settings are the options of a run and what is around it.
type settings struct {
	crowd.Options
	start  bool
	binary string
	json   string
}

func run(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	s.Progress = program.Progress(stderr)
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
	return errors.Join(r.Write(stdout), program.Keep(s.json, r), r.Err())
}

func parse(args []string, stderr io.Writer) (*settings, error) {
	s := &settings{}
	f := program.Flags("crowd", stderr)
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
	return s, program.Parse(f, args)
}
