package hooks

import (
	"context"
	"time"

	"partyline/loadtest/api"
	"partyline/loadtest/hooks/judge"
	"partyline/loadtest/oracle"
	"partyline/protocol"
)

// logWithin bounds the replay of a session's log.
const logWithin = 30 * time.Second

// log reads a session's events from the first to the newest, as a screen would.
func log(ctx context.Context, addr, token string, id protocol.SessionID) (events []judge.Event, err error) {
	conn, err := api.Connect(ctx, addr, token)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	hello, err := api.Subscribe(conn, protocol.ClientMessage{SessionID: id, Mode: protocol.ModeEvents, Since: new(protocol.Seq)})
	if err != nil {
		return nil, err
	}
	if err := conn.SetReadDeadline(time.Now().Add(logWithin)); err != nil {
		return nil, err
	}
	for last := protocol.Seq(0); last < hello.Seq; {
		message, err := conn.Next()
		if err != nil {
			return nil, err
		}
		if m, ok := oracle.Open(message); !ok || !m.Event || m.Session != id {
			continue // the lobby
		}
		e, err := judge.ReadEvent(message)
		if err != nil {
			return nil, err
		}
		events, last = append(events, e), e.Seq
	}
	return events, nil
}
