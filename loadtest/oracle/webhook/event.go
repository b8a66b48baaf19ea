package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"partyline/protocol"
)

// Key identifies an event by its content.
type Key string

// keyBytes of a hash are enough for a few million events.
const keyBytes = 12

// KeyOf is the key of an event: its name, its timestamp and the bytes of its data.
func KeyOf(t protocol.EventType, timestamp string, data []byte) Key {
	sum := sha256.New()
	sum.Write([]byte(string(t) + "\n" + timestamp + "\n"))
	sum.Write(data)
	return Key(hex.EncodeToString(sum.Sum(nil)[:keyBytes]))
}

// Event is one of a session's log.
type Event struct {
	Session protocol.SessionID
	Seq     protocol.Seq
	Type    protocol.EventType
	Key     Key
	// At is when it happened, in nanoseconds since 1970.
	At int64
}

// ReadEvent reads an event as a screen receives it.
func ReadEvent(message []byte) (Event, error) {
	var m struct {
		Type      protocol.EventType `json:"type"`
		Timestamp string             `json:"timestamp"`
		SessionID protocol.SessionID `json:"sessionId"`
		Seq       protocol.Seq       `json:"seq"`
		Data      json.RawMessage    `json:"data"`
	}
	if err := json.Unmarshal(message, &m); err != nil {
		return Event{}, err
	}
	at, err := protocol.ParseTimestamp(m.Timestamp)
	return Event{Session: m.SessionID, Seq: m.Seq, Type: m.Type, Key: KeyOf(m.Type, m.Timestamp, m.Data), At: int64(at) * int64(time.Millisecond)}, err
}

// ReadBody reads the key of an event as a webhook receives it.
func ReadBody(body []byte) (Key, error) {
	var m struct {
		Event     protocol.EventType `json:"event"`
		Timestamp string             `json:"timestamp"`
		Data      json.RawMessage    `json:"data"`
	}
	if err := json.Unmarshal(body, &m); err != nil {
		return "", err
	}
	return KeyOf(m.Event, m.Timestamp, m.Data), nil
}

// Hook is a webhook and what it is subscribed to.
type Hook struct {
	ID       protocol.WebhookID
	Endpoint int
	Events   []protocol.EventType
	Sessions []protocol.SessionID
	// After is the newest seq of each session when the webhook was created.
	After map[protocol.SessionID]protocol.Seq
	// Dead is what the API lists as dead.
	Dead []protocol.DeliveryID
	// Redelivered is what somebody asked to be redelivered.
	Redelivered []protocol.DeliveryID
}

func (h *Hook) wants(e Event) bool {
	return e.Seq > h.After[e.Session] &&
		(len(h.Sessions) == 0 || slices.Contains(h.Sessions, e.Session)) &&
		(slices.Contains(h.Events, protocol.EventAny) || slices.Contains(h.Events, e.Type))
}

// Request is one request as an endpoint received it. Times are nanoseconds since 1970.
type Request struct {
	// Endpoint counts from 1.
	Endpoint int `json:"endpoint"`
	// Epoch, Hook and Delivery are read from the webhook-id header.
	Epoch    protocol.Epoch      `json:"epoch"`
	Hook     protocol.WebhookID  `json:"hook"`
	Delivery protocol.DeliveryID `json:"delivery"`
	// Ping means a ping instead of a delivery.
	Ping       bool `json:"ping,omitempty"`
	Redelivery bool `json:"redelivery,omitempty"`
	// Key is the event's, see KeyOf.
	Key Key `json:"key"`
	// Began is when the request had come, Ended when the answer was about to be sent or, without
	// one, when the connection had ended; 0 for never.
	Began int64 `json:"began"`
	Ended int64 `json:"ended"`
	// Status is that of the answer, 0 for none that is whole.
	Status int `json:"status"`
	// Wrong is what is wrong with the request itself, empty for nothing.
	Wrong string `json:"wrong,omitempty"`
}

// Accepted is whether the endpoint accepted a delivery.
func (s *Request) Accepted() bool { return s.Status/100 == 2 && !s.Ping }

// refused is whether the endpoint refused the message itself.
func (s *Request) refused() bool { return s.Status == 400 || s.Status == 422 }
