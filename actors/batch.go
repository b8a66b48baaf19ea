package actors

import (
	"context"

	"partyline/actors/ledger"
	"partyline/protocol"
)

// castVotes gives each session of a batch its own votes, in their order. Nearly every batch is of
// one session, which decides it as one command.
func (h *Hub) castVotes(ctx context.Context, batch *protocol.CastVotes, key *Key) (any, error) {
	resolved := h.resolve(batch)
	if err := h.addTickerGames(ctx, resolved.Votes); err != nil {
		return nil, err
	}
	parts := splitVotes(resolved)
	if len(parts) == 1 {
		return h.wait(ctx, Call{Command: parts[0].votes, Key: key})
	}
	return h.Once(ctx, key, func() (any, error) { return h.castParts(ctx, len(resolved.Votes), parts) })
}

// resolve is the batch with a session for each vote: a vote that names none gets the batch's, or
// the newest active one.
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
	bySession := map[protocol.SessionID]*votePart{}
	for i, v := range batch.Votes {
		p := bySession[v.SessionID]
		if p == nil {
			p = &votePart{votes: &protocol.CastVotes{SessionID: v.SessionID}}
			bySession[v.SessionID] = p
			parts = append(parts, p)
		}
		p.votes.Votes = append(p.votes.Votes, v)
		p.places = append(p.places, i)
	}
	return parts
}

// castParts casts part after part; a session that refuses its part refuses each vote of it. When
// an error asks to try again the answer is not stored for the key: sent again under the same key,
// the votes that count already are found to be duplicates.
func (h *Hub) castParts(ctx context.Context, n int, parts []*votePart) (any, error) {
	all := protocol.NewBatchResult(n)
	again := false
	for _, p := range parts {
		answer, err := h.wait(ctx, Call{Command: p.votes})
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
