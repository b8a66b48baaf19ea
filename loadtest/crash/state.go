package crash

import (
	"context"
	"math/rand/v2"
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

	// unanswered are votes with an unknown outcome that will be sent again.
	unanswered chan oracle.Vote
}

// maxUnanswered is far above what all writers have under way in all rounds.
const maxUnanswered = 1 << 17

// open logs in and opens the sessions.
func open(ctx context.Context, o Options) (*Load, error) {
	sessions, err := watch.Open(ctx, o.Addr, o.Server.AdminKey, o.Sessions)
	if err != nil {
		return nil, err
	}
	l := &Load{Sessions: sessions, o: o, rng: rand.New(rand.NewPCG(o.Seed, 1)), Screens: sessions.Screens(ctx), gate: newGate(), unanswered: make(chan oracle.Vote, maxUnanswered)}
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

// takeUnanswered takes up to n votes that have to be sent again.
func (l *Load) takeUnanswered(n int) (votes []oracle.Vote) {
	for len(votes) < n {
		select {
		case v := <-l.unanswered:
			votes = append(votes, v)
		default:
			return votes
		}
	}
	return votes
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

// maxPages bounds how much of a session is read: the deeper the page, the longer the server
// searches.
const maxPages = 300

// list reads votes.list of every session page by page: the votes of the events, each once, nothing
// else, and the right count. Nobody may be voting.
func (l *Load) list(ctx context.Context) error {
	for i, id := range l.IDs {
		listed, total, pages := map[string]int{}, 0, 1
		for page := 1; page <= min(pages, maxPages); page++ {
			p, err := l.Client.Votes(ctx, id, page)
			if err != nil {
				return err
			}
			for _, v := range p.Votes {
				listed[v.Username]++
			}
			total, pages = int(p.Pagination.Total), int(p.Pagination.TotalPages)
		}
		l.compare(i, listed, total, pages <= maxPages)
	}
	return nil
}

// compare checks the listed votes against the events; whole means that all were listed.
func (l *Load) compare(session int, listed map[string]int, total int, whole bool) {
	id, recorded := l.IDs[session], 0
	for n := range oracle.Number(l.Votes.Len()) {
		v, ok := l.Votes.Vote(n)
		if !ok || v.Session != session {
			continue
		}
		name, stands := n.Username(), l.Votes.Recorded(n)
		if stands {
			recorded++
		}
		got := listed[name]
		if got > 1 || got == 1 && !stands || got == 0 && stands && whole {
			l.Findings.Add("session %d: votes.list has vote %s %d times, the events have it: %v", id, name, got, stands)
		}
		delete(listed, name)
	}
	if total != recorded {
		l.Findings.Add("session %d: votes.list counts %d votes, the events %d", id, total, recorded)
	}
	for name := range listed {
		l.Findings.Add("session %d: votes.list has vote %s that nobody sent", id, name)
	}
}
