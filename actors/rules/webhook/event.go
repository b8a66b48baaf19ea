package webhook

import (
	"bytes"
	"encoding/json"
	"strconv"

	"partyline/protocol"
)

// Event is a stored event split into its fields, none of them decoded.
type Event struct {
	Type    protocol.EventType
	Session protocol.SessionID
	// Timestamp is as it stands in JSON, without quotes; Data is JSON.
	Timestamp []byte
	Data      []byte
}

// The stored form of every event begins like this; see protocol.Event.
var (
	beforeType      = []byte(`{"type":"`)
	beforeTimestamp = []byte(`,"timestamp":"`)
	beforeSession   = []byte(`,"sessionId":`)
	beforeSeq       = []byte(`,"seq":`)
	beforeData      = []byte(`,"data":`)
)

// Peek reads the type and the session of a stored event and nothing else, because the
// router calls it for every event. ok is false when the event is written in another way.
func Peek(stored []byte) (t []byte, s protocol.SessionID, ok bool) {
	rest, ok := bytes.CutPrefix(stored, beforeType)
	if !ok {
		return nil, 0, false
	}
	t, rest, ok = quoted(rest)
	if !ok {
		return nil, 0, false
	}
	_, rest, ok = field(rest, beforeTimestamp, quoted)
	if !ok {
		return nil, 0, false
	}
	digits, _, ok := field(rest, beforeSession, number)
	n, err := strconv.ParseInt(string(digits), 10, 64)
	return t, protocol.SessionID(n), ok && err == nil
}

// ReadEvent splits a stored event. The fields are slices of stored.
func ReadEvent(stored []byte) (Event, error) {
	if e, ok := splitEvent(stored); ok {
		return e, nil
	}
	var e struct {
		Type      protocol.EventType `json:"type"`
		Timestamp string             `json:"timestamp"`
		SessionID protocol.SessionID `json:"sessionId"`
		Data      json.RawMessage    `json:"data"`
	}
	if err := json.Unmarshal(stored, &e); err != nil {
		return Event{}, err
	}
	if _, err := protocol.ParseTimestamp(e.Timestamp); err != nil {
		return Event{}, err
	}
	if e.Data == nil {
		e.Data = json.RawMessage("null")
	}
	return Event{Type: e.Type, Session: e.SessionID, Timestamp: []byte(e.Timestamp), Data: e.Data}, nil
}

func splitEvent(stored []byte) (e Event, ok bool) {
	t, session, ok := Peek(stored)
	if !ok {
		return e, false
	}
	at, rest, ok := field(stored[len(beforeType)+len(t)+1:], beforeTimestamp, quoted)
	if !ok {
		return e, false
	}
	_, rest, _ = field(rest, beforeSession, number)
	_, rest, ok = field(rest, beforeSeq, number)
	if !ok {
		return e, false
	}
	rest, ok = bytes.CutPrefix(rest, beforeData)
	if !ok || len(rest) < 2 || rest[len(rest)-1] != '}' {
		return e, false
	}
	return Event{Type: protocol.EventType(t), Session: session, Timestamp: at, Data: rest[:len(rest)-1]}, true
}

func field(b, before []byte, read func([]byte) ([]byte, []byte, bool)) (v, rest []byte, ok bool) {
	b, ok = bytes.CutPrefix(b, before)
	if !ok {
		return nil, nil, false
	}
	return read(b)
}

// quoted reads up to the closing quote; a text with escapes is refused.
func quoted(b []byte) (v, rest []byte, ok bool) {
	end := bytes.IndexByte(b, '"')
	if end < 0 || bytes.IndexByte(b[:end], '\\') >= 0 {
		return nil, nil, false
	}
	return b[:end], b[end+1:], true
}

func number(b []byte) (v, rest []byte, ok bool) {
	n := 0
	for n < len(b) && (b[n] >= '0' && b[n] <= '9' || n == 0 && b[n] == '-') {
		n++
	}
	return b[:n], b[n:], n > 0
}

// AppendBody appends what is posted: {"event","timestamp","data"}, with the data as
// it is stored.
func (e *Event) AppendBody(dst []byte) []byte {
	dst = append(dst, `{"event":`...)
	dst = protocol.AppendString(dst, string(e.Type))
	dst = append(dst, `,"timestamp":"`...)
	dst = append(dst, e.Timestamp...)
	dst = append(dst, `","data":`...)
	dst = append(dst, e.Data...)
	return append(dst, '}')
}

// Ping is the event of a probe.
func Ping(id protocol.WebhookID, now protocol.Timestamp) Event {
	return Event{
		Type:      protocol.EventPing,
		Timestamp: []byte(now.String()),
		Data:      PingData(id),
	}
}

// PingData is the data of every ping of a webhook.
func PingData(id protocol.WebhookID) []byte {
	return append(strconv.AppendInt([]byte(`{"webhookId":`), int64(id), 10), '}')
}
