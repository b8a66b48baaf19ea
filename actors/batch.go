package actors

import (
	"context"

	"partyline/actors/ledger"
	"partyline/protocol"
)

// castVotes hands each session of a batch its own votes, in their order. Nearly
// every batch is of one session, which decides it as one command.
func (h *Hub) castVotes(ctx context.Context, batch *protocol.CastVotes, key *Key) (any, error) {
	if err := batch.Check(); err != nil {
		return nil, err
	}
	named := h.resolve(batch)
	parts := splitVotes(named)
	if len(parts) == 1 {
		return h.do(ctx, Call{Command: parts[0].votes, Key: key})
	}
	return h.Once(ctx, key, func() (any, error) { return h.castParts(ctx, len(named.Votes), parts) })
}

// named is the batch with a session for each vote; those that name none get the
// batch's, or the active one.
func (h *Hub) resolve(batch *protocol.CastVotes) *protocol.CastVotes {
	target := batch.SessionID
	if target == 0 {
		target = h.sessions.Newest()
	}
	c := &protocol.CastVotes{SessionID: target, Votes: make([]protocol.CastVote, len(batch.Votes))}
	copy(c.Votes, batch.Votes)
	for i := range c.Votes {
		if c.Votes[i].SessionID == 0 {
			c.Votes[i].SessionID = target
		}
	}
	return c
}

// votePart is the votes of one session and their places in the whole batch.
type votePart struct {
	votes  *protocol.CastVotes
	places []int
}

func splitVotes(batch *protocol.CastVotes) (parts []*votePart) {
	at := map[protocol.SessionID]*votePart{}
	for i, v := range batch.Votes {
		p := at[v.SessionID]
		if p == nil {
			p = &votePart{votes: &protocol.CastVotes{SessionID: v.SessionID}}
			at[v.SessionID] = p
			parts = append(parts, p)
		}
		p.votes.Votes = append(p.votes.Votes, v)
		p.places = append(p.places, i)
	}
	return parts
}

// castParts casts part after part; a session that refuses refuses each of its votes.
// Where one of them says to come again the answer is provisional: sent again under the
// same key, the votes that count already are found to be duplicates.
func (h *Hub) castParts(ctx context.Context, n int, parts []*votePart) (any, error) {
	all := protocol.NewBatchResult(n)
	again := false
	for _, p := range parts {
		answer, err := h.do(ctx, Call{Command: p.votes})
		for i, place := range p.places {
			if err != nil {
				refusal := ledger.ToClient(err)
				again = again || refusal.Code.Meaning().Retry
				all.Reject(place, refusal)
				continue
			}
			all.Record(place, answer.(*protocol.BatchResult).Results[i])
		}
	}
	if again {
		return unstored{all}, nil
	}
	return all, nil
}
