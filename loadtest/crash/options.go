package crash

import (
	"errors"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/loadtest/webhooks"
	"partyline/protocol"
)

// Options of a run. Fields that are 0 get the default named in their help.
type Options struct {
	target.Program
	Rounds   int           `help:"How often to kill (25)."`
	Writers  int           `help:"Writers, every other one over WebSocket (8)."`
	Screens  int           `help:"Screens that resume, at least one per session (4)."`
	Sessions int           `help:"Sessions, voted in and watched in turn (2)."`
	Rate     float64       `help:"Votes per second of all writers (4000)."`
	PollRate float64       `help:"Votes per second in polls (an eighth of the rate)."`
	MinLife  time.Duration `help:"Shortest time from ready to kill (50ms)."`
	MaxLife  time.Duration `help:"Longest time from ready to kill (1.5s)."`
	// PollSeconds is how long polls last that end by time (10, the least that the API takes).
	PollSeconds int `kong:"-"`
	// Grace is how long after its acknowledgement a vote may come to a screen (3 s): screens have
	// to resume after a restart. What comes later counts as lost.
	Grace time.Duration `kong:"-"`
	Seed  uint64        `help:"Seed of the moments: repeatable, as far as a machine repeats anything (the time)."`
	// Server is the program under test, not started.
	Server *target.Server `kong:"-"`
	// Addr is where clients connect (the server's own address).
	Addr string `kong:"-"`
	// Webhooks are checked beside the screens (none).
	Webhooks *webhooks.Check `kong:"-"`
}

func (o *Options) complete() error {
	report.Default(&o.Rounds, 25)
	report.Default(&o.Writers, 8)
	report.Default(&o.Screens, 4)
	report.Default(&o.Sessions, 2)
	report.Default(&o.Rate, 4000)
	report.Default(&o.PollRate, o.Rate/8)
	report.Default(&o.PollSeconds, protocol.MinPollSeconds)
	report.Default(&o.Grace, 3*time.Second)
	report.Default(&o.MinLife, 50*time.Millisecond)
	report.Default(&o.MaxLife, 1500*time.Millisecond)
	report.Default(&o.Seed, uint64(time.Now().UnixNano()))
	if o.Server == nil || o.Rounds < 1 || o.Writers < 1 || o.Screens < o.Sessions || o.Sessions < 1 || o.Rate <= 0 || o.PollRate <= 0 || o.MaxLife <= o.MinLife {
		return errors.New("crash: a server, rounds, writers, sessions with a screen each, a rate, and a longest life above the shortest are needed")
	}
	report.Default(&o.Addr, o.Server.Addr)
	if o.Webhooks == nil {
		o.Webhooks = &webhooks.Check{}
	}
	return nil
}
