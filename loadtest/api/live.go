package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

const (
	// LivePath is the WebSocket of the contract.
	LivePath = "/api/sessions/live"
	// helloTimeout bounds auth and subscribe; thousands of screens come at once.
	helloTimeout = 30 * time.Second
	// logTimeout bounds the replay of a session's log.
	logTimeout = 30 * time.Second
)

// Connect opens a WebSocket, with further header lines, and authenticates it.
func Connect(ctx context.Context, addr, token string, header ...string) (*wire.Conn, error) {
	conn, err := wire.Dial(ctx, addr, LivePath, header...)
	if err != nil {
		return nil, err
	}
	if err := authenticate(conn, token); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// Subscribe sends the message and waits for subscribed. An event of that session
// before it is an error: nobody could tell whether it was replayed.
func Subscribe(conn *wire.Conn, sub protocol.ClientMessage) (hello protocol.Subscribed, err error) {
	sub.Type = protocol.MessageSubscribe
	_ = conn.SetReadDeadline(time.Now().Add(helloTimeout))
	defer func() { _ = conn.SetReadDeadline(time.Time{}) }()
	if err := send(conn, sub); err != nil {
		return hello, err
	}
	for {
		message, err := conn.Next()
		if err != nil {
			return hello, err
		}
		e, ok := oracle.Open(message)
		switch {
		case ok && string(e.Type) == protocol.MessageSubscribed:
			return hello, json.Unmarshal(message, &hello)
		case !ok || string(e.Type) == protocol.MessageError || e.Event && e.Session == sub.SessionID:
			return hello, fmt.Errorf("instead of subscribed came %s", message)
		}
	}
}

// Head asks for the seq of a session's newest event, on a connection of its own.
func Head(ctx context.Context, addr, token string, id protocol.SessionID) (protocol.Seq, error) {
	conn, err := Connect(ctx, addr, token)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	hello, err := Subscribe(conn, protocol.ClientMessage{SessionID: id, Mode: protocol.ModeEvents})
	return hello.Seq, err
}

// ReadLog visits a session's events from the first to the newest, as a screen gets them.
func ReadLog(ctx context.Context, addr, token string, id protocol.SessionID, visit func(message []byte) error) error {
	conn, err := Connect(ctx, addr, token)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	hello, err := Subscribe(conn, protocol.ClientMessage{SessionID: id, Mode: protocol.ModeEvents, Since: new(protocol.Seq)})
	if err != nil {
		return err
	}
	if err := conn.SetReadDeadline(time.Now().Add(logTimeout)); err != nil {
		return err
	}
	for last := protocol.Seq(0); last < hello.Seq; {
		message, err := conn.Next()
		if err != nil {
			return err
		}
		e, ok := oracle.Open(message)
		if !ok || !e.Event || e.Session != id {
			continue // the lobby
		}
		if err := visit(message); err != nil {
			return err
		}
		last = e.Seq
	}
	return nil
}

func authenticate(conn *wire.Conn, token string) error {
	_ = conn.SetReadDeadline(time.Now().Add(helloTimeout))
	defer func() { _ = conn.SetReadDeadline(time.Time{}) }()
	if err := send(conn, protocol.ClientMessage{Type: protocol.MessageAuth, Token: token}); err != nil {
		return err
	}
	message, err := conn.Next()
	if err != nil {
		return err
	}
	if e, ok := oracle.Open(message); !ok || string(e.Type) != protocol.MessageAuthSuccess {
		return fmt.Errorf("instead of auth_success came %s", message)
	}
	return nil
}

func send(conn *wire.Conn, m protocol.ClientMessage) error {
	b, err := json.Marshal(m)
	return errors.Join(err, conn.Send(b))
}
