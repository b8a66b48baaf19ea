package crash

import (
	"context"
	"errors"
	"fmt"
	"time"

	"partyline/loadtest/oracle"
	"partyline/protocol"
	"partyline/protocol/client"
)

// resumeAfter is the wait of a screen before it connects again.
const resumeAfter = 10 * time.Millisecond

// screen watches a session through all crashes and says since.
type screen struct {
	state   *state
	session int
	witness *oracle.Witness
}

func (e *state) newScreen(name string, session int) *screen {
	return &screen{state: e, session: session, witness: oracle.NewWitness(name, e.records[session], &e.findings)}
}

// run watches until ctx ends.
func (s *screen) run(ctx context.Context) {
	for ctx.Err() == nil {
		if s.watch(ctx, nil) != nil && ctx.Err() == nil {
			s.state.reconnects.Add(1)
		}
		select {
		case <-time.After(resumeAfter):
		case <-ctx.Done():
		}
	}
}

// watch sees events until the connection or ctx ends or enough says so; enough is
// asked after subscribed and after each event, with the seq that the server named.
func (s *screen) watch(ctx context.Context, enough func(head protocol.Seq) bool) error {
	e := s.state
	conn, err := e.client.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	hello, err := client.Subscribe(conn, s.witness.Resume(client.Subscription{Session: e.ids[s.session], Mode: protocol.ModeEvents}))
	if err != nil {
		return err
	}
	s.witness.Begin(hello)
	if enough == nil {
		e.watching.Add(1)
		defer e.watching.Add(-1)
	}
	for enough == nil || !enough(hello.Seq) {
		message, err := conn.Next()
		if err != nil {
			s.left(err)
			return err
		}
		s.see(message)
	}
	return nil
}

// left counts those that the host has let go in order.
func (s *screen) left(err error) {
	var closed *client.CloseError
	if errors.As(err, &closed) && closed.Code == int(protocol.CloseGoingAway) {
		s.state.dismissed.Add(1)
	}
}

func (s *screen) see(message []byte) {
	m, ok := oracle.Open(message)
	switch {
	case !ok || string(m.Type) == protocol.MessageError:
		s.state.findings.Add("a screen was told %s", message)
	case string(m.Type) == protocol.MessageDraining:
		s.state.told.Add(1)
	case m.Session != s.state.ids[s.session]:
		// The lobby, or a message that is about no session.
	case m.Event:
		s.witness.See(m.Seq, message)
	case string(m.Type) == protocol.MessageSnapshot:
		s.witness.Left(m.Seq)
	}
}

// replay reads a session from its first event to where it stood at the call, as a
// screen that comes new, and returns that seq.
func (e *state) replay(ctx context.Context, session int) (head protocol.Seq, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, answerTimeout, fmt.Errorf("the replay of session %d hangs", e.ids[session]))
	defer cancel()
	s := e.newScreen(fmt.Sprintf("replay of session %d", e.ids[session]), session)
	err = s.watch(ctx, func(named protocol.Seq) bool {
		head = named
		return s.witness.Last() >= named
	})
	if ctx.Err() != nil {
		err = fmt.Errorf("at seq %d of %d: %w", s.witness.Last(), head, context.Cause(ctx))
	}
	return head, err
}
