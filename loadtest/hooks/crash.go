package hooks

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"partyline/loadtest/api"
	"partyline/loadtest/hooks/judge"
	"partyline/loadtest/latency"
	"partyline/protocol"
)

const (
	// sessions that are voted in: webhooks filter by them.
	sessions = 2
	// breath is between two batches of a life.
	breath = 350 * time.Millisecond
	// killWithin is the longest time from the last batch of a life to its kill: while
	// it is still being delivered.
	killWithin = 60 * time.Millisecond
	// newGame is in every so manieth round, so that there are events beside votes.
	newGame = 4
)

// ordeal is a crash run under way.
type ordeal struct {
	*stage
	o        Options
	rng      *rand.Rand
	ids      []protocol.SessionID
	hooks    []judge.Hook
	lives    []judge.Life
	votes    int
	restarts latency.Histogram
}

// Crash starts the server, kills it so many times while it delivers, and judges what
// the endpoints saw. The error is for a run that could not go on; what does not fit
// stands in the report.
func Crash(ctx context.Context, o Options) (*Report, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	began := time.Now().UnixNano()
	s, err := open(ctx, o.Programs, o.Plan)
	if err != nil {
		return nil, err
	}
	c := &ordeal{stage: s, o: o, rng: rand.New(rand.NewPCG(o.Seed, 1)), lives: []judge.Life{{Started: began, Ready: time.Now().UnixNano()}}}
	r, err := c.run(ctx)
	return r, errors.Join(err, s.close())
}

func (c *ordeal) run(ctx context.Context) (*Report, error) {
	if err := c.setUp(ctx); err != nil {
		return nil, fmt.Errorf("set up: %w", err)
	}
	for round := 1; round <= c.o.Rounds; round++ {
		if err := c.round(ctx, round); err != nil {
			return nil, fmt.Errorf("round %d: %w", round, err)
		}
	}
	if err := c.cast(ctx); err != nil {
		return nil, err
	}
	waited, err := c.settle(ctx)
	if err != nil {
		return nil, err
	}
	return c.report(ctx, waited)
}

// setUp opens sessions and registers the webhooks: most want votes, some everything,
// some only one session.
func (c *ordeal) setUp(ctx context.Context) error {
	born := map[protocol.SessionID]protocol.Seq{}
	for range sessions {
		id, err := c.session(ctx)
		if err != nil {
			return err
		}
		c.ids = append(c.ids, id)
		if born[id], err = api.Head(ctx, c.addr, c.client.Token, id); err != nil {
			return err
		}
	}
	for n := 1; n <= c.o.Webhooks; n++ {
		h := judge.Hook{Endpoint: n, Born: born, Events: []protocol.EventType{protocol.EventVoteReceived}}
		switch n % 5 {
		case 4:
			h.Events = []protocol.EventType{protocol.EventAny}
		case 0:
			h.Sessions = []protocol.SessionID{c.ids[n/5%sessions]}
		}
		var err error
		if h.ID, err = c.webhook(ctx, n, h.Events, h.Sessions); err != nil {
			return err
		}
		c.hooks = append(c.hooks, h)
	}
	return nil
}

// round lets the server live for a while, kills it while it delivers, and starts it.
func (c *ordeal) round(ctx context.Context, round int) error {
	life := c.o.MinLife + time.Duration(c.rng.Int64N(int64(c.o.MaxLife-c.o.MinLife)))
	for end := time.Now().Add(life); time.Now().Before(end); {
		if err := c.cast(ctx); err != nil {
			return err
		}
		if err := wait(ctx, min(breath, time.Until(end))); err != nil {
			return err
		}
	}
	if round%newGame == 1 {
		if err := c.nextGame(ctx, c.ids[round%sessions]); err != nil {
			return err
		}
	}
	if err := c.cast(ctx); err != nil {
		return err
	}
	if err := wait(ctx, time.Duration(c.rng.Int64N(int64(killWithin)))); err != nil {
		return err
	}
	took, err := c.restart(ctx)
	c.o.Progress(fmt.Sprintf("round %d: killed after %v, ready after %v, %d votes cast", round, life.Round(time.Millisecond), took.Round(time.Millisecond), c.votes))
	return err
}

// restart kills and starts the server. The life of one ends where that of the next
// begins: what was under way at the kill may reach an endpoint a moment after it.
func (c *ordeal) restart(ctx context.Context) (time.Duration, error) {
	killed := time.Now()
	if err := c.server.Kill(); err != nil {
		return 0, err
	}
	c.client.Close() // its kept connections are dead
	c.lives[len(c.lives)-1].Ended = killed.UnixNano()
	began := time.Now()
	if err := c.server.Start(); err != nil {
		return 0, err
	}
	if err := c.ready(ctx); err != nil {
		return 0, err
	}
	ready := time.Now()
	c.lives = append(c.lives, judge.Life{Started: began.UnixNano(), Ready: ready.UnixNano()})
	c.restarts.Record(ready.Sub(began))
	return ready.Sub(began), nil
}

// cast casts a batch of votes, round the sessions.
func (c *ordeal) cast(ctx context.Context) error {
	stamp := protocol.TimestampOf(time.Now())
	votes := make([]protocol.CastVote, c.o.Batch)
	for i := range votes {
		votes[i] = protocol.CastVote{SessionID: c.ids[i%sessions], Username: fmt.Sprintf("v%d", c.votes+i), Vote: protocol.VoteUp, Timestamp: stamp.Stamp()}
	}
	c.votes += len(votes)
	return c.client.CastVotes(ctx, votes)
}
