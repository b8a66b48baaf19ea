package hooks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"partyline/loadtest/hooks/receiver"
	"partyline/loadtest/process"
	"partyline/protocol"
)

// BenchOptions are of a measurement. Fields that are 0 get the default named beside them.
type BenchOptions struct {
	Programs
	// Rounds is how often each scene is measured (3); medians are quoted.
	Rounds int
	// One, Fifty and Idle are how many votes the scenes have (5,000, 600 and 400), Half
	// how many the scenes with twenty endpoints have (200).
	One, Fifty, Idle, Half int
	// Progress is told of each measurement; nil for silence.
	Progress func(sentence string)
}

func (o *BenchOptions) complete() {
	def(&o.Rounds, 3)
	def(&o.One, 5000)
	def(&o.Fifty, 600)
	def(&o.Idle, 400)
	def(&o.Half, 200)
	if o.Progress == nil {
		o.Progress = func(string) {}
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

// Bench measures each scene so many times, each time on an empty folder.
func Bench(ctx context.Context, o BenchOptions) (*Figures, error) {
	o.complete()
	f := &Figures{}
	for round := range o.Rounds {
		for _, s := range []struct {
			name string
			into *[]Figure
			scene
		}{
			{"one endpoint", &f.One.Runs, scene{webhooks: 1, votes: o.One}},
			{"fifty endpoints", &f.Fifty.Runs, scene{webhooks: 50, votes: o.Fifty}},
			{"idle", &f.Idle.Runs, scene{webhooks: 1, votes: o.Idle, paced: true}},
			{"twenty healthy", &f.Healthy.Runs, scene{webhooks: twenty, votes: o.Half, paced: true}},
			{"ten of twenty hang", &f.Hanging.Runs, scene{webhooks: twenty, votes: o.Half, paced: true, hangFrom: half + 1}},
		} {
			got, err := s.measure(ctx, o.Programs)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			*s.into = append(*s.into, got)
			o.Progress(fmt.Sprintf("%d/%d %-18s %v", round+1, o.Rounds, s.name, got))
		}
	}
	f.medians()
	return f, nil
}

// scene is one thing to measure.
type scene struct {
	webhooks, votes int
	// paced casts one vote at a time; else all are cast as fast as they go.
	paced    bool
	hangFrom int
}

func (s *scene) measure(ctx context.Context, p Programs) (f Figure, err error) {
	st, err := open(ctx, p, receiver.Plan{Bare: true, HangFrom: s.hangFrom})
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	id, err := st.session(ctx)
	if err != nil {
		return f, err
	}
	for n := range s.webhooks {
		if _, err := st.webhook(ctx, n+1, []protocol.EventType{protocol.EventVoteReceived}, nil); err != nil {
			return f, err
		}
	}
	before, err := process.Measure(st.server.Pid())
	if err != nil {
		return f, err
	}
	began := time.Now()
	if err := s.cast(ctx, st, id); err != nil {
		return f, err
	}
	t, err := s.arrive(ctx, st)
	if err != nil {
		return f, err
	}
	after, err := process.Measure(st.server.Pid())
	return s.figure(t, time.Unix(0, t.Last).Sub(began), after.CPU-before.CPU), err
}

// cast casts the votes of a scene, each under the name of its moment.
func (s *scene) cast(ctx context.Context, st *stage, id protocol.SessionID) error {
	size := protocol.MaxBatchVotes
	if s.paced {
		size = 1
	}
	for left := s.votes; left > 0; left -= size {
		size = min(size, left)
		votes, now := make([]protocol.CastVote, size), time.Now()
		stamp := protocol.TimestampOf(now)
		for i := range votes {
			votes[i] = protocol.CastVote{SessionID: id, Vote: protocol.VoteUp, Timestamp: stamp.Stamp(), Username: receiver.Voter(now.Add(time.Duration(i)))}
		}
		if err := st.client.CastVotes(ctx, votes); err != nil {
			return err
		}
		if s.paced {
			if err := wait(ctx, time.Until(now.Add(pace))); err != nil {
				return err
			}
		}
	}
	return nil
}

// expected is how many deliveries are accepted in the end.
func (s *scene) expected() int {
	if s.hangFrom > 0 {
		return s.votes * (s.hangFrom - 1)
	}
	return s.votes * s.webhooks
}

func (s *scene) arrive(ctx context.Context, st *stage) (receiver.Tally, error) {
	ctx, cancel := context.WithTimeout(ctx, arriveWithin)
	defer cancel()
	for {
		t, err := st.receiver.Tally(ctx)
		if err != nil || t.Accepted >= s.expected() {
			return t, err
		}
		if err := wait(ctx, tallyEvery); err != nil {
			return t, fmt.Errorf("%d of %d deliveries came: %w", t.Accepted, s.expected(), err)
		}
	}
}
