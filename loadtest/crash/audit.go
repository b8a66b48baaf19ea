package crash

import (
	"context"
	"time"

	"partyline/loadtest/oracle"
	"partyline/protocol"
)

// shown says whether all votes that were acknowledged then stand in events. It
// remembers how far it has looked.
func (e *evening) shown(acknowledged func(oracle.Number) bool) func() bool {
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

func (e *evening) promised() promise {
	p := promise{votes: e.ledger.Acknowledged()}
	for _, c := range e.contests {
		p.polls = append(p.polls, c.polls.Mark())
	}
	return p
}

// audit judges what a restarted server knows of what had been promised before the kill.
// While votes go on, totals cannot be compared.
func (e *evening) audit(ctx context.Context, promised promise, quiet bool) ([]protocol.Seq, error) {
	e.until(ctx, e.o.Grace, e.shown(promised.votes))
	heads := make([]protocol.Seq, len(e.ids))
	for i, r := range e.records {
		// Asked before the replay: what is told then stands in the events.
		poll, err := e.client.Poll(ctx, e.ids[i])
		if err != nil {
			return nil, err
		}
		if heads[i], err = e.replay(ctx, i); err != nil {
			return nil, err
		}
		counted := r.Check(&e.findings, heads[i])
		polls := e.contests[i].polls
		polls.Check(&e.findings, heads[i], promised.polls[i])
		if !quiet {
			continue
		}
		said, err := e.client.SessionVotes(ctx, e.ids[i])
		if err != nil {
			return nil, err
		}
		r.CheckTotals(&e.findings, said, counted)
		polls.CheckNow(&e.findings, heads[i], poll, protocol.TimestampOf(time.Now().Add(-e.o.Grace)))
	}
	e.ledger.Check(&e.findings, heads, promised.votes)
	return heads, nil
}
