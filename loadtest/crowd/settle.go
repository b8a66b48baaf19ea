package crowd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"partyline/loadtest/api"
	"partyline/protocol"
)

// lookAgain is how often lagging screens are looked at.
const lookAgain = 2 * time.Millisecond

// catchUp waits until every screen has seen every event of its session. Those that
// have not in time become findings. It returns the last seq of each session.
func (s *stage) catchUp(ctx context.Context, a *audience) ([]protocol.Seq, error) {
	heads := make([]protocol.Seq, len(s.ids))
	for i := range s.ids {
		var err error
		if heads[i], err = api.Head(ctx, s.o.Addr, s.client.Token, s.ids[i]); err != nil {
			return nil, err
		}
	}
	s.await(ctx, a, heads)
	for _, c := range a.screens {
		if last := c.last(); last < heads[c.session] {
			s.findings.Add("%s: stopped at seq %d of %d", c.name, last, heads[c.session])
		}
	}
	return heads, nil
}

func (s *stage) await(ctx context.Context, a *audience, heads []protocol.Seq) {
	ctx, cancel := context.WithTimeout(ctx, s.o.Settle)
	defer cancel()
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for _, c := range a.screens {
		for c.last() < heads[c.session] {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}
}

// audit reads a session that no screen watched, from its first event to the head.
func (s *stage) audit(ctx context.Context, session int, head protocol.Seq) {
	ctx, cancel := context.WithTimeoutCause(ctx, 4*s.o.Settle, errors.New("the audit takes too long"))
	defer cancel()
	c := newScreen(s, session, protocol.ModeEvents)
	c.name = fmt.Sprintf("audit of session %d", s.ids[session])
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	ended := make(chan struct{})
	go func() { // ends with cancel
		defer close(ended)
		c.run(ctx)
	}()
	for c.last() < head && ctx.Err() == nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.findings.Add("%s: came to seq %d of %d: %v", c.name, c.last(), head, context.Cause(ctx))
		}
	}
	cancel()
	<-ended
}

// judge makes the checks at the end, reading what no screen has watched, and closes
// the sessions.
func (s *stage) judge(ctx context.Context, heads []protocol.Seq) error {
	for i, r := range s.records {
		if s.o.Screens <= i {
			s.audit(ctx, i, heads[i])
		}
		said, err := s.client.SessionVotes(ctx, s.ids[i])
		if err != nil {
			return err
		}
		r.CheckTotals(&s.findings, said, r.Check(&s.findings, heads[i]))
		s.tallies[i].Check()
		if err := s.client.CloseSession(ctx, s.ids[i]); err != nil {
			return err
		}
	}
	s.ledger.Check(&s.findings, heads, s.ledger.Acknowledged())
	return nil
}
