package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"partyline/protocol"
)

// helloTimeout bounds auth and subscribe; thousands of screens come at once.
const subscribeTimeout = 30 * time.Second

// Subscription is a session and from where on it is followed.
type Subscription struct {
	Session protocol.SessionID
	// Mode is ModeEvents when empty.
	Mode protocol.Mode
	// Since is the seq of the last event that is known, 0 for none; nil begins with what
	// happens next. Epoch is the timeline of Since, as Subscribed names it. Neither matters
	// in tally mode.
	Since *protocol.Seq
	Epoch protocol.Epoch
	// Snapshot asks for the whole state in the answer.
	Snapshot bool
}

// Authenticate says whose the socket is. A token that does not hold is an *Error.
func Authenticate(s Socket, token string) error {
	m, err := ask(s, protocol.ClientMessage{Type: protocol.MessageAuth, Token: token}, func(m Message) bool {
		return m.Type == protocol.MessageAuthSuccess || m.Type == protocol.MessageAuthError || m.Type == protocol.MessageError
	})
	if err != nil {
		return err
	}
	return m.refused("auth")
}

// Subscribe asks for a session's messages and waits for the answer, after which Next gives
// them. What comes before it of other sessions is dropped. An unknown session is an *Error.
func Subscribe(s Socket, sub Subscription) (hello protocol.Subscribed, err error) {
	m, err := ask(s, protocol.ClientMessage{
		Type: protocol.MessageSubscribe, SessionID: sub.Session, Mode: sub.Mode, Since: sub.Since, Epoch: sub.Epoch, Snapshot: sub.Snapshot,
	}, func(m Message) bool {
		return m.Type == protocol.MessageSubscribed || m.Type == protocol.MessageError || m.Session == sub.Session
	})
	if err != nil {
		return hello, err
	}
	if m.Type == protocol.MessageSubscribed {
		return hello, json.Unmarshal(m.Text, &hello)
	}
	if err := m.refused("subscribe"); err != nil {
		return hello, err
	}
	// Nobody could tell whether it was replayed.
	return hello, fmt.Errorf("instead of subscribed came %s", m.Text)
}

// ask sends a message and reads until its answer.
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

// Message is one message of the hub.
type Message struct {
	// Type is that of an event, or protocol's MessageTally, MessageSnapshot …
	Type    string
	Session protocol.SessionID
	// Seq is the place of an event in its session, or up to where a tally or snapshot counts.
	Seq protocol.Seq
	// Event says that it is an event of the session's log.
	Event bool
	// Text is the message as it came. It is valid until the next one.
	Text []byte
	// sentence and code are those of an error.
	errorText string
	errorCode protocol.Code
}

// ReadMessage reads the fields that all messages have.
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
		return Message{}, fmt.Errorf("no message of a hub: %w: %.100s", err, text)
	}
	return Message{Type: m.Type, Session: m.SessionID, Seq: m.Seq, Event: m.Timestamp != "", Text: text, errorText: m.Message, errorCode: m.Code}, nil
}

// Decode reads the data of an event, or the whole of any other message, into v.
func (m Message) Decode(v any) error {
	if !m.Event {
		return json.Unmarshal(m.Text, v)
	}
	return json.Unmarshal(m.Text, &struct {
		Data any `json:"data"`
	}{v})
}

// refused is the error that the message is, nil for others.
func (m Message) refused(call string) error {
	if m.Type != protocol.MessageError && m.Type != protocol.MessageAuthError {
		return nil
	}
	return &Error{Call: call, Status: m.errorCode.Meaning().Status, Body: m.Text, Refusal: &protocol.Error{Code: m.errorCode, Message: m.errorText}}
}
