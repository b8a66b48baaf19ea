package crash

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"partyline/loadtest/api"
	"partyline/protocol"
)

const (
	// hostEvery is how often the host looks after the polls.
	hostEvery = 20 * time.Millisecond
	// shortest and longest is how long a poll lasts that the host ends: some live
	// through a kill, some do not.
	shortest, longest = 200 * time.Millisecond, 2 * time.Second
)

// entertain is the host, who opens one poll after the other in every session and ends
// those that do not end by themselves.
func (e *evening) entertain(ctx context.Context) {
	defer e.gate.left()
	rng := rand.New(rand.NewPCG(e.o.Seed, 2))
	pace := time.NewTicker(hostEvery)
	defer pace.Stop()
	for ctx.Err() == nil && e.gate.pass() {
		for _, c := range e.contests {
			if err := e.tend(ctx, c, rng); err != nil {
				e.doubt(ctx, c, err)
			}
		}
		select {
		case <-pace.C:
		case <-ctx.Done():
		}
	}
}

// tend does the one thing that is next with the polls of a session.
func (e *evening) tend(ctx context.Context, c *contest, rng *rand.Rand) error {
	p, now := c.now(), time.Now()
	switch {
	case c.doubtful || p != nil && protocol.TimestampOf(now) >= p.EndsAt:
		return e.look(ctx, c)
	case p != nil && (now.After(c.due) || e.over()):
		return e.end(ctx, c, p)
	case p == nil && c.winner:
		_, err := e.client.AddWinner(ctx, c.session)
		c.winner = err != nil
		return err
	case p == nil && e.over():
		c.done.Store(true)
	case p == nil && c.newest < protocol.MaxPolls-1:
		return e.begin(ctx, c, rng)
	}
	return nil
}

// look asks how the newest poll stands.
func (e *evening) look(ctx context.Context, c *contest) error {
	p, err := e.client.Poll(ctx, c.session)
	if err != nil {
		return err
	}
	c.doubtful = false
	if p != nil {
		e.learn(c, *p)
	}
	return nil
}

// learn takes in a poll as the server tells it.
func (e *evening) learn(c *contest, p protocol.Poll) {
	c.polls.Told(p)
	c.newest = int(p.ID % protocol.MaxPolls)
	if p.Status == protocol.StatusOpen {
		c.set(&p)
		return
	}
	c.set(nil)
	c.byTime = c.byTime || p.EndedAt != nil && *p.EndedAt >= p.EndsAt
	c.winner = c.course.add && p.Winner != nil && !p.Added
}

func (e *evening) begin(ctx context.Context, c *contest, rng *rand.Rand) error {
	c.course = courses[(c.first+c.newest)%len(courses)]
	if e.closing.Load() {
		c.course.byTime = false // one that is open is waited for, see over
	}
	seconds, lasts := longPoll, shortest+time.Duration(rng.Int64N(int64(longest-shortest)))
	if c.course.byTime {
		seconds, lasts = e.o.PollSeconds, longPoll*time.Second
	}
	c.due = time.Now().Add(lasts)
	games := c.games[:protocol.MinCandidates+rng.IntN(lotOf-protocol.MinCandidates+1)]
	c.polls.Starting()
	p, err := e.client.StartPoll(ctx, c.session, games, seconds, c.course.auto)
	if err == nil {
		e.learn(c, p)
	}
	return err
}

// end ends a poll or cancels it.
func (e *evening) end(ctx context.Context, c *contest, p *protocol.Poll) error {
	note, ask := c.polls.Ending, e.client.EndPoll
	if c.course.cancel {
		note, ask = c.polls.Canceling, e.client.CancelPoll
	}
	note(p.ID)
	ended, err := ask(ctx, c.session)
	if err == nil {
		e.learn(c, ended)
	}
	return err
}

// doubt is after a call that brought nothing: the host does not know what became of it,
// and looks. A refusal that is not about the server's own state is a finding.
func (e *evening) doubt(ctx context.Context, c *contest, err error) {
	c.doubtful = true
	var refusal *api.Refusal
	if !errors.As(err, &refusal) || ctx.Err() != nil {
		return
	}
	if !refusal.Said().Code.Meaning().Retry {
		e.findings.Add("session %d: the host was told %v", c.session, err)
	}
}

// over says whether all polls are to end now. Not before one has ended by its time: a run
// without one has not tried what a restart makes of a countdown.
func (e *evening) over() bool {
	if !e.closing.Load() {
		return false
	}
	for _, c := range e.contests {
		if c.byTime {
			return true
		}
	}
	return false
}

// pollsAreOver says whether the host has ended all.
func (e *evening) pollsAreOver() bool {
	for _, c := range e.contests {
		if !c.done.Load() {
			return false
		}
	}
	return true
}
