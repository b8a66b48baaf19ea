package crash

import (
	"context"

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

// audit judges what a restarted server knows. acknowledged is who had been answered
// before the kill. While votes go on, totals cannot be compared.
func (e *evening) audit(ctx context.Context, acknowledged func(oracle.Number) bool, quiet bool) ([]protocol.Seq, error) {
	e.until(ctx, e.o.Grace, e.shown(acknowledged))
	heads := make([]protocol.Seq, len(e.ids))
	for i, r := range e.records {
		var err error
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
	e.ledger.Check(&e.findings, heads, acknowledged)
	return heads, nil
}
