package webhooks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"partyline/loadtest/receiver"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
	"partyline/protocol/client"
)

// BenchOptions are of a measurement. Fields that are 0 get the default named in their help.
type BenchOptions struct {
	Rounds int `help:"How often to measure (3); medians are quoted."`
	One    int `help:"Votes for one endpoint (5000)."`
	Fifty  int `help:"Votes for fifty endpoints (600)."`
	Idle   int `help:"Votes for an idle endpoint, 20 a second (400)."`
	Half   int `help:"Votes for twenty endpoints, 20 a second, healthy and with half of them hanging (200)."`
	// Binary is the program under test; Output gets what the programs write to stderr.
	Binary string    `kong:"-"`
	Output io.Writer `kong:"-"`
	// Progress is told of each measurement; nil for silence.
	Progress func(sentence string) `kong:"-"`
}

func (o *BenchOptions) complete() {
	report.Default(&o.Rounds, 3)
	report.Default(&o.One, 5000)
	report.Default(&o.Fifty, 600)
	report.Default(&o.Idle, 400)
	report.Default(&o.Half, 200)
	if o.Progress == nil {
		o.Progress = report.Quiet
	}
}

const (
	// pace is between two events of the scenes that measure how soon deliveries come.
	pace = 50 * time.Millisecond
	// arriveWithin bounds the wait for the last delivery of a scene.
	arriveWithin = 2 * time.Minute
	// tallyEvery is how often the receiver is asked. It costs the machine a little.
	tallyEvery = 50 * time.Millisecond
	// twenty endpoints, of which ten hang in one scene.
	twenty, half = 20, 10
)

// scene is one thing to measure.
type scene struct {
	name     string
	webhooks int
	votes    func(*BenchOptions) int
	// paced casts one vote at a time; else all are cast as fast as they go.
	paced bool
	// hangFrom is the first endpoint that hangs, 0 for none.
	hangFrom int
}

// scenes are in the order of Figures.scenes.
var scenes = []scene{
	{name: "one endpoint", webhooks: 1, votes: func(o *BenchOptions) int { return o.One }},
	{name: "fifty endpoints", webhooks: 50, votes: func(o *BenchOptions) int { return o.Fifty }},
	{name: "idle", webhooks: 1, votes: func(o *BenchOptions) int { return o.Idle }, paced: true},
	{name: "twenty healthy", webhooks: twenty, votes: func(o *BenchOptions) int { return o.Half }, paced: true},
	{name: "ten of twenty hang", webhooks: twenty, votes: func(o *BenchOptions) int { return o.Half }, paced: true, hangFrom: half + 1},
}

// Bench measures each scene so many times, each time on an empty folder.
func Bench(ctx context.Context, o BenchOptions) (*Figures, error) {
	o.complete()
	f := &Figures{}
	into := f.scenes()
	for round := range o.Rounds {
		for i := range scenes {
			got, err := scenes[i].measure(ctx, &o)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", scenes[i].name, err)
			}
			into[i].Runs = append(into[i].Runs, got)
			o.Progress(fmt.Sprintf("%d/%d %-18s %v", round+1, o.Rounds, scenes[i].name, got))
		}
	}
	for _, s := range into {
		s.medians()
	}
	return f, nil
}

func (s *scene) measure(ctx context.Context, o *BenchOptions) (f Figure, err error) {
	server, err := target.Open(ctx, target.Options{Binary: o.Binary, Output: o.Output, Flags: target.LoopbackWebhooks})
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	endpoints, err := receiver.Start(o.Output, receiver.Plan{Bare: true, HangFrom: s.hangFrom})
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, endpoints.End()) }()
	hub, err := server.Login(ctx)
	if err != nil {
		return f, err
	}
	defer hub.Close()
	play, err := target.OpenSession(ctx, hub, "Measured game")
	if err != nil {
		return f, err
	}
	for n := range s.webhooks {
		if _, err := register(ctx, hub, endpoints, n+1, []protocol.EventType{protocol.EventVoteReceived}, nil); err != nil {
			return f, err
		}
	}
	before, err := target.Measure(server.Pid())
	if err != nil {
		return f, err
	}
	began := time.Now()
	if err := s.cast(ctx, hub, play.SessionID, s.votes(o)); err != nil {
		return f, err
	}
	t, err := s.arrive(ctx, endpoints, s.expected(s.votes(o)))
	if err != nil {
		return f, err
	}
	after, err := target.Measure(server.Pid())
	return s.figure(t, time.Unix(0, t.Last).Sub(began), after.CPU-before.CPU), err
}

// cast casts the votes of a scene, each under the name of its moment.
func (s *scene) cast(ctx context.Context, hub *client.Client, id protocol.SessionID, total int) error {
	size := protocol.MaxBatchVotes
	if s.paced {
		size = 1
	}
	for left := total; left > 0; left -= size {
		size = min(size, left)
		votes, now := make([]protocol.CastVote, size), time.Now()
		stamp := protocol.TimestampOf(now)
		for i := range votes {
			votes[i] = protocol.CastVote{SessionID: id, Vote: protocol.VoteUp, Timestamp: stamp.VoteTimestamp(), Username: receiver.Voter(now.Add(time.Duration(i)))}
		}
		if err := hub.CastVotes(ctx, votes); err != nil {
			return err
		}
		if s.paced {
			if err := report.Wait(ctx, time.Until(now.Add(pace))); err != nil {
				return err
			}
		}
	}
	return nil
}

// expected is how many deliveries are accepted in the end.
func (s *scene) expected(votes int) int {
	if s.hangFrom > 0 {
		return votes * (s.hangFrom - 1)
	}
	return votes * s.webhooks
}

func (s *scene) arrive(ctx context.Context, endpoints *receiver.Remote, expected int) (receiver.Tally, error) {
	ctx, cancel := context.WithTimeout(ctx, arriveWithin)
	defer cancel()
	for {
		t, err := endpoints.Tally(ctx)
		if err != nil || t.Accepted >= expected {
			return t, err
		}
		if err := report.Wait(ctx, tallyEvery); err != nil {
			return t, fmt.Errorf("%d of %d deliveries came: %w", t.Accepted, expected, err)
		}
	}
}
