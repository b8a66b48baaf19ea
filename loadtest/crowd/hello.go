package crowd

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

const (
	livePath = "/api/sessions/live"
	// helloTimeout bounds auth and subscribe; thousands of screens come at once.
	helloTimeout = 30 * time.Second
)

// subscribe says who we are and what we want to watch, and waits for subscribed.
func subscribe(conn *wire.Conn, token string, sub protocol.ClientMessage) (hello protocol.Subscribed, err error) {
	if err := authenticate(conn, token); err != nil {
		return hello, err
	}
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

// authenticate leaves a read deadline behind.
func authenticate(conn *wire.Conn, token string) error {
	_ = conn.SetReadDeadline(time.Now().Add(helloTimeout))
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
