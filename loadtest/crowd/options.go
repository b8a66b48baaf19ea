package crowd

import (
	"fmt"
	"time"

	"partyline/loadtest/oracle"
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

// Options of a run. Fields that are 0 get the default named beside them.
type Options struct {
	// Addr is the server's host:port, Key its admin key.
	Addr, Key string
	// Sessions are opened for the run (1), each with a game of its own; screens and
	// votes go round them. The server must allow so many active ones.
	Sessions int
	Screens  int
	Mode     protocol.Mode // events
	// Rate is votes per second for all; 0 means closed loop with Clients.
	Rate      float64
	Duration  time.Duration // 10 s
	Transport Transport     // REST
	// Clients is how many votes, or batches, can be on their way at once: 64, but 2,048
	// in open loop over WebSocket, where it should never be met.
	Clients int
	// Conns is over how many WebSockets the voters of WS share out (4).
	Conns int
	// BatchSize is the votes of one batch (100).
	BatchSize int
	// Churn is how many screens a second lose their connection and come back.
	Churn float64
	// Settle is how long after the last vote every screen must be up to date (15 s).
	Settle time.Duration
	// Pid is the server's process id, for what it costs; 0 leaves that out.
	Pid int
	// Progress is told what is going on, one sentence at a time; nil for silence.
	Progress func(sentence string)
}

// maxScreens is what one process can open files for, on the machines we know.
const maxScreens = 19_500

func (o *Options) complete() error {
	def(&o.Sessions, 1)
	def(&o.Mode, protocol.ModeEvents)
	def(&o.Duration, 10*time.Second)
	def(&o.Transport, REST)
	if o.Rate > 0 && o.Transport == WS {
		def(&o.Clients, 2048)
	}
	def(&o.Clients, 64)
	def(&o.Conns, 4)
	def(&o.BatchSize, 100)
	def(&o.Settle, 15*time.Second)
	if o.Transport != Batch {
		o.BatchSize = 1
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
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

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
