package crowd

import (
	"fmt"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
)

// Transport is how votes travel.
type Transport string

// The transports: POST /api/votes/live, votes.live requests over WebSocket, and
// POST /api/votes/batch.
const (
	REST  Transport = "rest"
	WS    Transport = "ws"
	Batch Transport = "batch"
)

// Options of a run. Fields that are 0 get the default named in their help.
type Options struct {
	target.Program
	Addr      string        `default:"127.0.0.1:5000" help:"The server's host:port."`
	Key       string        `help:"The server's admin key."`
	Pid       int           `help:"The server's process id, to report its CPU and memory."`
	Screens   int           `default:"100" help:"Screens that watch, at most 19500. They and the votes go round the sessions."`
	Mode      protocol.Mode `default:"events" help:"What screens subscribe to: events or tally."`
	Sessions  int           `default:"1" help:"Sessions to open, each with a game of its own; the server must allow as many."`
	Rate      float64       `default:"250" help:"Votes per second in open loop; 0 for closed loop."`
	Duration  time.Duration `help:"How long to vote (10s)."`
	Transport Transport     `default:"rest" help:"How votes travel: rest, ws or batch."`
	// Clients is 2,048 in open loop over WebSocket, where it should never be met.
	Clients   int     `help:"Requests on their way at once, at most (64, in open loop over ws 2048)."`
	Conns     int     `default:"4" help:"WebSockets that the voters of --transport ws share."`
	BatchSize int     `name:"batch" default:"100" help:"Votes per batch of --transport batch."`
	Churn     float64 `help:"Screens per second that lose their connection and resume."`
	// From is the address that votes by REST come from, in the header of a proxy that the server
	// trusts, and with a bot's token.
	From string `kong:"-"`
	// WhenReady is called when all is set up and voting is about to begin; nil for nothing.
	WhenReady func()        `kong:"-"`
	Settle    time.Duration `help:"How long after the last vote all screens must be up to date (15s)."`
}

// maxScreens is for how many one process can open files.
const maxScreens = 19_500

func (o *Options) complete() error {
	report.Default(&o.Sessions, 1)
	report.Default(&o.Mode, protocol.ModeEvents)
	report.Default(&o.Duration, 10*time.Second)
	report.Default(&o.Transport, REST)
	if o.Rate > 0 && o.Transport == WS {
		report.Default(&o.Clients, 2048)
	}
	report.Default(&o.Clients, 64)
	report.Default(&o.Conns, 4)
	report.Default(&o.BatchSize, 100)
	report.Default(&o.Settle, 15*time.Second)
	if o.Transport != Batch {
		o.BatchSize = 1
	}
	return o.check()
}

func (o *Options) check() error {
	switch {
	case o.Transport != REST && o.Transport != WS && o.Transport != Batch:
		return fmt.Errorf("transport must be rest, ws or batch, not %q", o.Transport)
	case o.Mode != protocol.ModeEvents && o.Mode != protocol.ModeTally:
		return fmt.Errorf("mode must be events or tally, not %q", o.Mode)
	case o.Screens < 0 || o.Screens > maxScreens:
		return fmt.Errorf("screens must be between 0 and %d", maxScreens)
	case o.BatchSize < 1 || o.BatchSize > protocol.MaxBatchVotes:
		return fmt.Errorf("batch size must be between 1 and %d", protocol.MaxBatchVotes)
	case o.Sessions < 1 || o.Clients < 1 || o.Conns < 1 || o.Rate < 0 || o.Churn < 0 || o.Duration < 0:
		return fmt.Errorf("sessions, clients and conns must be at least 1; rate, churn and duration not negative")
	case o.Rate*o.Duration.Seconds() > oracle.MaxRows:
		return fmt.Errorf("rate times duration must be at most %d votes", oracle.MaxRows)
	}
	return nil
}
