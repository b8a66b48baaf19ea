package crash

import (
	"context"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/protocol"
)

// shown says whether all votes that were acknowledged then stand in events. It
// remembers how far it has looked.
func (e *state) shown(acknowledged func(oracle.Number) bool) func() bool {
	from := oracle.Number(0)
	return func() bool {
		for {
			n, more := e.ledger.Unseen(from, -1)
			if !more {
				return true
			}
			if from = n; acknowledged(n) {
				return false
			}
			from++ // acknowledged since, and none of ours
		}
	}
}

// promise is who had been answered at a moment.
type promise struct {
	votes func(oracle.Number) bool
	polls []oracle.PollMark // one per session
}

func (e *state) promised() promise {
	p := promise{votes: e.ledger.Acknowledged()}
	for _, h := range e.hosts {
		p.polls = append(p.polls, h.polls.Mark())
	}
	return p
}

// audit judges what a restarted server knows of what had been promised before the kill.
// While votes go on, totals cannot be compared.
func (e *state) audit(ctx context.Context, promised promise, quiet bool) ([]protocol.Seq, error) {
	report.Until(ctx, e.o.Grace, lookAgain, e.shown(promised.votes))
	heads := make([]protocol.Seq, len(e.ids))
	for i, r := range e.records {
		poll, err := e.client.Poll(ctx, e.ids[i])
		if err != nil {
			return nil, err
		}
		if poll.ID != 0 {
			e.hosts[i].polls.Check(&e.findings, promised.polls[i], poll)
		}
		if heads[i], err = e.replay(ctx, i); err != nil {
			return nil, err
		}
		counted := r.Check(&e.findings, heads[i])
		if !quiet {
			continue
		}
		said, err := e.client.SessionVotes(ctx, e.ids[i])
		if err != nil {
			return nil, err
		}
		r.CheckTotals(&e.findings, said, counted)
	}
	e.ledger.Check(&e.findings, heads, promised.votes)
	return heads, nil
}
