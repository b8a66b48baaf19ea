package crash

import (
	"context"
	"errors"
	"time"

	"partyline/protocol"
)

// Host is the server under test. It keeps its address and data across starts.
type Host interface {
	// Start returns at once; /ready tells when it serves.
	Start() error
	// Kill ends it as a power cut would; an error when it had ended by itself.
	Kill() error
	// Stop asks it to end and wants exit code 0.
	Stop(within time.Duration) error
	// Verify checks the data of the stopped server.
	Verify(ctx context.Context) error
}

// Options of a run. Fields that are 0 get the default named beside them.
type Options struct {
	Host Host
	// Addr is the host's host:port, Key its admin key.
	Addr, Key string
	Rounds    int // 25
	// Writers vote, every other one over WebSocket (8).
	Writers int
	// Screens watch and resume, at least one per session (4).
	Screens int
	// Sessions are voted in and watched in turn (2).
	Sessions int
	// Rate is the votes per second of all writers together (4,000).
	Rate float64
	// PollRate is the votes per second in polls (an eighth of Rate), PollSeconds how long
	// those last that end by themselves (10, the least that the API takes).
	PollRate    float64
	PollSeconds int
	// MinLife and MaxLife bound the time from ready to SIGKILL (50 ms, 1.5 s).
	MinLife, MaxLife time.Duration
	// Grace is how long an acknowledged vote may take to a screen (3 s): a voter hears
	// first, and after a restart the screens have to resume. What is late is judged as lost.
	Grace time.Duration
	// Companion watches the same evening beside the screens; nil for none.
	Companion Companion
	// Seed makes the moments repeatable, as far as a machine repeats anything.
	Seed uint64
	// Progress is told of each round; nil for silence.
	Progress func(sentence string)
}

func (o *Options) complete() error {
	def(&o.Rounds, 25)
	def(&o.Writers, 8)
	def(&o.Screens, 4)
	def(&o.Sessions, 2)
	def(&o.Rate, 4000)
	def(&o.PollRate, o.Rate/8)
	def(&o.PollSeconds, protocol.MinPollSeconds)
	def(&o.Grace, 3*time.Second)
	def(&o.MinLife, 50*time.Millisecond)
	def(&o.MaxLife, 1500*time.Millisecond)
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.Companion == nil {
		o.Companion = nobody{}
	}
	if o.Host == nil || o.Rounds < 1 || o.Writers < 1 || o.Screens < o.Sessions || o.Sessions < 1 || o.Rate <= 0 || o.PollRate <= 0 || o.MaxLife <= o.MinLife {
		return errors.New("crash: a host, rounds, writers, sessions with a screen each, a rate, and a longest life above the shortest are needed")
	}
	return nil
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
