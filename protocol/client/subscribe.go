package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"partyline/protocol"
)

// subscribeTimeout bounds auth and subscribe: thousands of screens may connect at once.
const subscribeTimeout = 30 * time.Second

// Subscription is a session and the position from which on its events are received.
type Subscription struct {
	Session protocol.SessionID
	// Mode is ModeEvents when empty.
	Mode protocol.Mode
	// Since is the seq of the last event that is known, 0 for none; nil begins with the next
	// event. Epoch is the timeline of Since, as in Subscribed. Neither is used in tally mode.
	Since *protocol.Seq
	Epoch protocol.Epoch
	// Snapshot requests the whole state in the answer.
	Snapshot bool
}

// Authenticate sends the token and waits for the answer. For an invalid token it is an *Error.
func Authenticate(s Socket, token string) error {
	m, err := ask(s, protocol.ClientMessage{Type: protocol.MessageAuth, Token: token}, func(m Message) bool {
		return m.Type == protocol.MessageAuthSuccess || m.Type == protocol.MessageAuthError || m.Type == protocol.MessageError
	})
	if err != nil {
		return err
	}
	return m.refused("auth")
}

// Subscribe subscribes to a session's messages and waits for the answer, after which Next
// returns them. Messages of other sessions before the answer are dropped. For an unknown
// session the error is an *Error.
func Subscribe(s Socket, sub Subscription) (subscribed protocol.Subscribed, err error) {
	m, err := ask(s, protocol.ClientMessage{
		Type: protocol.MessageSubscribe, SessionID: sub.Session, Mode: sub.Mode, Since: sub.Since, Epoch: sub.Epoch, Snapshot: sub.Snapshot,
	}, func(m Message) bool {
		return m.Type == protocol.MessageSubscribed || m.Type == protocol.MessageError || m.Session == sub.Session
	})
	if err != nil {
		return subscribed, err
	}
	if m.Type == protocol.MessageSubscribed {
		return subscribed, json.Unmarshal(m.Text, &subscribed)
	}
	if err := m.refused("subscribe"); err != nil {
		return subscribed, err
	}
	// An event of the session before the answer could be a replayed or a live one.
	return subscribed, fmt.Errorf("unexpected message instead of subscribed: %s", m.Text)
}

// ask sends a message and reads messages until the answer.
func ask(s Socket, m protocol.ClientMessage, answers func(Message) bool) (Message, error) {
	text, err := json.Marshal(m)
	if err := errors.Join(err, s.SetReadDeadline(time.Now().Add(subscribeTimeout)), s.Send(text)); err != nil {
		return Message{}, err
	}
	defer func() { _ = s.SetReadDeadline(time.Time{}) }()
	for {
		text, err := s.Next()
		if err != nil {
			return Message{}, err
		}
		m, err := ReadMessage(text)
		if err != nil || answers(m) {
			return m, err
		}
	}
}

// Message is one message of the server.
type Message struct {
	// Type is an event type or one of protocol.MessageTally, protocol.MessageSnapshot …
	Type    string
	Session protocol.SessionID
	// Seq is that of an event, or that of the newest event in a tally or snapshot.
	Seq protocol.Seq
	// Event says that the message is an event of the session's log.
	Event bool
	// Text is the undecoded message. It is valid until the next message.
	Text []byte
	// errorText and errorCode are those of an error message.
	errorText string
	errorCode protocol.Code
}

// ReadMessage decodes the fields that all messages have.
func ReadMessage(text []byte) (Message, error) {
	var m struct {
		Type      string             `json:"type"`
		SessionID protocol.SessionID `json:"sessionId"`
		Seq       protocol.Seq       `json:"seq"`
		Timestamp string             `json:"timestamp"`
		Message   string             `json:"message"`
		Code      protocol.Code      `json:"code"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return Message{}, fmt.Errorf("invalid message: %w: %.100s", err, text)
	}
	return Message{Type: m.Type, Session: m.SessionID, Seq: m.Seq, Event: m.Timestamp != "", Text: text, errorText: m.Message, errorCode: m.Code}, nil
}

// Decode decodes the data of an event, or the whole of any other message, into v.
func (m Message) Decode(v any) error {
	if !m.Event {
		return json.Unmarshal(m.Text, v)
	}
	return json.Unmarshal(m.Text, &struct {
		Data any `json:"data"`
	}{v})
}

// refused returns an error message as an *Error, nil for any other message.
func (m Message) refused(call string) error {
	if m.Type != protocol.MessageError && m.Type != protocol.MessageAuthError {
		return nil
	}
	return &Error{Call: call, Status: m.errorCode.Meaning().Status, Body: m.Text, Refusal: &protocol.Error{Code: m.errorCode, Message: m.errorText}}
}
