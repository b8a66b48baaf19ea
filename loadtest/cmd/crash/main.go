package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"partyline/loadtest/crash"
	"partyline/loadtest/hooks"
	"partyline/loadtest/hooks/receiver"
	"partyline/loadtest/program"
)

func main() { program.Main("crash", run) }

// settings are the options of a run and what is around it.
type settings struct {
	crash.Options
	binary   string
	keep     bool
	json     string
	webhooks int
}

// receive is what this program calls itself with to be the other side of webhooks.
const receive = "receive"

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == receive {
		return receiver.Serve(ctx, receiver.Plan{}, stdin, stdout)
	}
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	folder, remove, err := program.Folder("crash")
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(stderr, "seed %d, folder %s\n", s.Seed, folder)
	s.Progress = program.Progress(stderr)
	o, err := crash.Real(ctx, s.Options, s.binary, folder, stderr)
	if err != nil {
		return errors.Join(err, remove())
	}
	end, err := s.accompany(&o, stderr)
	if err != nil {
		return errors.Join(err, remove())
	}
	r, err := crash.Run(ctx, o)
	err = errors.Join(err, end())
	if err == nil {
		err = errors.Join(r.Write(stdout), program.Keep(s.json, r), r.Err())
	}
	if err != nil && s.keep {
		_, _ = fmt.Fprintln(stderr, "the data is kept in", folder)
		return err
	}
	return errors.Join(err, remove())
}

// accompany has webhooks judged beside the screens. The returned function ends the
// receiver.
func (s *settings) accompany(o *crash.Options, stderr io.Writer) (end func() error, err error) {
	if s.webhooks == 0 {
		return func() error { return nil }, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c, err := hooks.NewCompanion(s.webhooks, stderr, self, receive)
	if err != nil {
		return nil, err
	}
	o.Companion = c
	return c.Close, nil
}

func parse(args []string, stderr io.Writer) (*settings, error) {
	s := &settings{}
	f := program.Flags("crash", stderr)
	f.IntVar(&s.Rounds, "rounds", 25, "how often to kill")
	f.IntVar(&s.Writers, "writers", 8, "writers, every other one over WebSocket")
	f.IntVar(&s.Screens, "screens", 4, "screens that resume")
	f.IntVar(&s.Sessions, "sessions", 2, "sessions")
	f.IntVar(&s.webhooks, "webhooks", 3, "webhooks that are judged, too")
	f.Float64Var(&s.Rate, "rate", 4000, "votes per second")
	f.DurationVar(&s.MinLife, "min-life", 50*time.Millisecond, "shortest time from ready to kill")
	f.DurationVar(&s.MaxLife, "max-life", 1500*time.Millisecond, "longest time from ready to kill")
	f.Uint64Var(&s.Seed, "seed", uint64(time.Now().UnixNano()), "seed of the moments")
	f.StringVar(&s.binary, "binary", "", "kill this program instead of a built one")
	f.BoolVar(&s.keep, "keep", false, "keep the data folder when something was found")
	f.StringVar(&s.json, "json", "", "also write the report to this file as JSON")
	return s, program.Parse(f, args)
}
