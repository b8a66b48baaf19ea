package crowd

import (
	"context"
	"fmt"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/protocol"
)

const (
	// lookAgain is how often lagging screens are looked at.
	lookAgain = 2 * time.Millisecond
	// auditFactor gives an audit, which reads a whole session, more time than a
	// screen that was there all along.
	auditFactor = 4
)

// catchUp waits until every screen has seen every event of its session. Those that
// have not in time become findings. It returns the last seq of each session.
func (s *stage) catchUp(ctx context.Context, a *screens) ([]protocol.Seq, error) {
	if s.o.Screens >= s.o.Sessions {
		report.Until(ctx, s.o.Settle, lookAgain, s.seen(-1))
	}
	heads := make([]protocol.Seq, len(s.ids))
	for i := range s.ids {
		var err error
		if heads[i], err = s.client.LatestSeq(ctx, s.ids[i]); err != nil {
			return nil, err
		}
	}
	for _, c := range a.screens {
		if !report.Until(ctx, s.o.Settle, lookAgain, func() bool { return c.last() >= heads[c.session] }) {
			s.findings.Add("%s: stopped at seq %d of %d", c.name, c.last(), heads[c.session])
		}
	}
	return heads, nil
}

// seen says whether all acknowledged votes, of one session or with -1 of all, stand
// in events. It remembers how far it has looked.
func (s *stage) seen(session int) func() bool {
	from, more := oracle.Number(0), true
	return func() bool {
		from, more = s.ledger.Unseen(from, session)
		return !more
	}
}

// audit reads a session that no screen watched, from its first event on, and returns
// its last seq.
func (s *stage) audit(ctx context.Context, session int, head protocol.Seq) protocol.Seq {
	running, cancel := context.WithCancel(ctx)
	c := newScreen(s, session, protocol.ModeEvents)
	c.name = fmt.Sprintf("audit of session %d", s.ids[session])
	ended := make(chan struct{})
	go func() { // ends with cancel
		defer close(ended)
		c.run(running)
	}()
	seen := s.seen(session)
	if !report.Until(ctx, auditFactor*s.o.Settle, lookAgain, func() bool { return c.last() >= head && seen() }) {
		s.findings.Add("%s: came to seq %d of %d", c.name, c.last(), head)
	}
	cancel()
	<-ended
	return max(head, c.last())
}

// judge makes the checks at the end, reading what no screen has watched, and closes
// the sessions.
func (s *stage) judge(ctx context.Context, heads []protocol.Seq) error {
	for i, r := range s.records {
		if s.o.Screens <= i {
			heads[i] = s.audit(ctx, i, heads[i])
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
