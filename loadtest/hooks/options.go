package hooks

import (
	"errors"
	"time"

	"partyline/loadtest/hooks/receiver"
)

// Options of a crash run. Fields that are 0 get the default named beside them.
type Options struct {
	Programs
	// Rounds is how often the server is killed (22).
	Rounds int
	// Webhooks, one for each endpoint (20).
	Webhooks int
	// Batch is how many votes are cast at once (12), each an event for nearly all webhooks.
	Batch int
	// MinLife and MaxLife bound the time from ready to SIGKILL (300 ms, 4.5 s).
	MinLife, MaxLife time.Duration
	// Plan is how ill the endpoints are.
	Plan receiver.Plan
	// Nudge has deliveries that wait tried at once, in the end, by redelivering them;
	// without it the schedule decides, which takes a minute or two.
	Nudge bool
	// SettleWithin bounds the time at the end until nothing waits (4 minutes).
	SettleWithin time.Duration
	// Seed makes the moments repeatable, as far as a machine repeats anything.
	Seed uint64
	// Progress is told of each round; nil for silence.
	Progress func(sentence string)
}

func (o *Options) complete() error {
	def(&o.Rounds, 22)
	def(&o.Webhooks, 20)
	def(&o.Batch, 12)
	def(&o.MinLife, 300*time.Millisecond)
	def(&o.MaxLife, 4500*time.Millisecond)
	def(&o.SettleWithin, 4*time.Minute)
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.Rounds < 1 || o.Webhooks < 1 || o.Batch < 1 || o.MaxLife <= o.MinLife {
		return errors.New("hooks: rounds, webhooks, votes, and a longest life above the shortest are needed")
	}
	return nil
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
