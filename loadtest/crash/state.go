package crash

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/watch"
	"partyline/loadtest/webhooks"
	"partyline/protocol"
)

// Load is the load on a server: voters, poll hosts and screens, and what the oracle knows. One
// goroutine calls its exported methods.
type Load struct {
	*watch.Sessions
	Screens *watch.Screens

	o     Options
	rng   *rand.Rand
	hosts []*pollHost
	gate  *gate

	restarts report.Histogram
	again    atomic.Int64 // votes that were acknowledged when they were sent again
	// recoveryKills is how many more times the server was killed while it recovered.
	recoveryKills int
	webhooks      *webhooks.Outcome
	// closing tells hosts to open no more polls, and writers to send only unanswered votes.
	closing atomic.Bool

	mu sync.Mutex
	// unanswered are votes with an unknown outcome that will be sent again.
	unanswered []oracle.Vote
}

// open logs in and opens the sessions.
func open(ctx context.Context, o Options) (*Load, error) {
	sessions, err := watch.Open(ctx, o.Addr, o.Server.AdminKey, o.Sessions)
	if err != nil {
		return nil, err
	}
	l := &Load{Sessions: sessions, o: o, rng: rand.New(rand.NewPCG(o.Seed, 1)), Screens: sessions.Screens(ctx), gate: newGate()}
	for _, id := range l.IDs {
		h, err := l.newPollHost(ctx, id)
		if err != nil {
			sessions.Close()
			return nil, err
		}
		l.hosts = append(l.hosts, h)
	}
	return l, o.Webhooks.Register(ctx, l.Client, l.IDs)
}

// sendAgain keeps a vote to be sent again.
func (l *Load) sendAgain(v oracle.Vote) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unanswered = append(l.unanswered, v)
}

// takeUnanswered takes up to n votes that have to be sent again.
func (l *Load) takeUnanswered(n int) []oracle.Vote {
	l.mu.Lock()
	defer l.mu.Unlock()
	n = min(n, len(l.unanswered))
	votes := append([]oracle.Vote(nil), l.unanswered[:n]...)
	l.unanswered = l.unanswered[n:]
	return votes
}

func (l *Load) countUnanswered() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.unanswered)
}

// acknowledgements are the votes that had been acknowledged at a moment.
type acknowledgements struct {
	votes func(oracle.Number) bool
	polls []oracle.PollMark // one per session
}

func (l *Load) acknowledged() acknowledgements {
	p := acknowledgements{votes: l.Votes.Acknowledged()}
	for _, h := range l.hosts {
		p.polls = append(p.polls, h.polls.Mark())
	}
	return p
}

// audit checks what a restarted server has of what had been acknowledged before the kill. While
// votes go on, totals cannot be compared.
func (l *Load) audit(ctx context.Context, promised acknowledgements, quiet bool) ([]protocol.Seq, error) {
	l.Seen(ctx, l.o.Grace, promised.votes)
	for i, id := range l.IDs {
		poll, err := l.Client.Poll(ctx, id)
		if err != nil {
			return nil, err
		}
		if poll.ID != 0 {
			l.hosts[i].polls.Check(&l.Findings, promised.polls[i], poll)
		}
	}
	heads, err := l.Replay(ctx, answerTimeout)
	if err != nil {
		return nil, err
	}
	return heads, l.Judge(ctx, heads, promised.votes, quiet)
}

// Acknowledged counts the acknowledged votes.
func (l *Load) Acknowledged() int { return l.Votes.Count().Acknowledged }

// Until waits for a condition; false when it did not come in time.
func (l *Load) Until(ctx context.Context, within time.Duration, condition func() bool) bool {
	return report.Until(ctx, within, lookAgain, condition)
}

// AwaitVotes waits until so many more votes have been acknowledged, and returns how long that
// took; longer than within is a finding.
func (l *Load) AwaitVotes(ctx context.Context, more int, within time.Duration) time.Duration {
	began, want := time.Now(), l.Acknowledged()+more
	if !l.Until(ctx, within, func() bool { return l.Acknowledged() >= want }) && ctx.Err() == nil {
		l.Findings.Add("%d of %d votes were acknowledged within %v", l.Acknowledged()+more-want, more, within)
	}
	return time.Since(began)
}

// Restart starts the server that has ended, checks that it has all that was acknowledged, and lets
// the voters go on.
func (l *Load) Restart(ctx context.Context) (time.Duration, error) {
	l.o.Webhooks.Ended(time.Now())
	l.Client.Close()
	l.gate.close()
	promised := l.acknowledged()
	took, err := l.revive(ctx)
	if err != nil {
		return took, err
	}
	_, err = l.audit(ctx, promised, true)
	l.gate.open()
	return took, err
}
