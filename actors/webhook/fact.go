package webhook

import "partyline/protocol"

// Fact is something that happened to a webhook: one of the pointer types below. At is
// when it was decided, by a clock that may go back.
type Fact interface{ moment() protocol.Timestamp }

// Created is the first fact of every webhook. It is told of what lies after Reached.
// Epoch is the timeline in which it was decided, "" in one that did not begin with a
// restore after which webhooks of the backup are not called.
type Created struct {
	At        protocol.Timestamp   `json:"at"`
	Name      string               `json:"name"`
	URL       string               `json:"url"`
	Secret    string               `json:"secret"`
	Events    []protocol.EventType `json:"events"`
	Sessions  []protocol.SessionID `json:"sessions,omitempty"`
	RateLimit *int                 `json:"rate,omitempty"`
	Reached   protocol.DeliveryID  `json:"reached"`
	Epoch     string               `json:"epoch,omitempty"`
}

// Updated changes the fields that are there. What lies up to Reached was judged by
// the fields before. A rate of 0 takes the limit away; Sessions is nil when unchanged.
type Updated struct {
	At        protocol.Timestamp    `json:"at"`
	Name      *string               `json:"name,omitempty"`
	URL       *string               `json:"url,omitempty"`
	Secret    *string               `json:"secret,omitempty"`
	Events    *[]protocol.EventType `json:"events,omitempty"`
	Sessions  *[]protocol.SessionID `json:"sessions,omitempty"`
	RateLimit *int                  `json:"rate,omitempty"`
	Enabled   *bool                 `json:"enabled,omitempty"`
	Reached   protocol.DeliveryID   `json:"reached"`
}

// SecretRotated puts a secret in front; the others sign on until Until.
type SecretRotated struct {
	At     protocol.Timestamp `json:"at"`
	Secret string             `json:"secret"`
	Until  protocol.Timestamp `json:"until"`
}

// Tested asks for a delivery of the made-up event that stands in the same record. It
// is delivered in its place in the line, or aside, when the line does not move.
type Tested struct {
	At    protocol.Timestamp `json:"at"`
	Aside bool               `json:"aside,omitempty"`
}

// RedeliveryQueued asks for one delivery again. One that is being tried is due now.
type RedeliveryQueued struct {
	At       protocol.Timestamp  `json:"at"`
	Delivery protocol.DeliveryID `json:"delivery"`
}

// DeadQueued asks for all dead deliveries again, in order.
type DeadLettered struct {
	At protocol.Timestamp `json:"at"`
}

// ReplayStarted asks for what lies after After up to Until again, in order.
type ReplayStarted struct {
	At    protocol.Timestamp  `json:"at"`
	After protocol.DeliveryID `json:"after"`
	Until protocol.DeliveryID `json:"until"`
}

// ReplayStopped ends the replay and forgets the redeliveries that wait.
type ReplayStopped struct {
	At protocol.Timestamp `json:"at"`
}

// Passed says that there is nothing to deliver up to Through: nothing of interest, or
// an event that is no longer stored.
type Skipped struct {
	At      protocol.Timestamp  `json:"at"`
	Lane    Source              `json:"lane"`
	Through protocol.DeliveryID `json:"through"`
}

// Attempted is one attempt, what came of it and what follows. It also moves the
// cursor, so a delivery is one record.
type Attempted struct {
	At       protocol.Timestamp // when its outcome was known
	Began    protocol.Timestamp
	Took     int64 // milliseconds
	Delivery protocol.DeliveryID
	Source   Source
	Probe    bool // a ping sent to judge the delivery
	Event    protocol.EventType
	Session  protocol.SessionID
	Number   int // from 1 within the delivery
	Status   int
	Failure  Failure
	Error    string
	Excerpt  string
	Class    FailureClass
	Verdict  Verdict
	// Due is when it is tried again; of VerdictRetry and VerdictProbe.
	Due protocol.Timestamp
}

// Disabled is the hub's own word, for the reason given: the line stands still until
// somebody enables the webhook, and tests that wait are forgotten. A webhook that is
// disabled already keeps the reason it has. Epoch is as in Created.
type Disabled struct {
	At     protocol.Timestamp `json:"at"`
	Reason string             `json:"reason"`
	Epoch  string             `json:"epoch,omitempty"`
}

// Deleted makes the webhook forget everything. It is the last fact.
type Deleted struct {
	At protocol.Timestamp `json:"at"`
}

func (f *Created) moment() protocol.Timestamp          { return f.At }
func (f *Updated) moment() protocol.Timestamp          { return f.At }
func (f *SecretRotated) moment() protocol.Timestamp    { return f.At }
func (f *Tested) moment() protocol.Timestamp           { return f.At }
func (f *RedeliveryQueued) moment() protocol.Timestamp { return f.At }
func (f *DeadLettered) moment() protocol.Timestamp     { return f.At }
func (f *ReplayStarted) moment() protocol.Timestamp    { return f.At }
func (f *ReplayStopped) moment() protocol.Timestamp    { return f.At }
func (f *Skipped) moment() protocol.Timestamp          { return f.At }
func (f *Attempted) moment() protocol.Timestamp        { return f.At }
func (f *Disabled) moment() protocol.Timestamp         { return f.At }
func (f *Deleted) moment() protocol.Timestamp          { return f.At }
