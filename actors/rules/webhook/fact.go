package webhook

import "partyline/protocol"

// Fact is something that happened to a webhook: one of the pointer types below. At is
// when it was decided, by a clock that may go back.
type Fact interface{ moment() protocol.Timestamp }

// Created is the first fact of every webhook. It gets the events after Reached.
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

// Updated changes the fields that are not nil. Events up to Reached were matched with the
// filter before. A rate of 0 removes the limit; Sessions is nil when unchanged.
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

// SecretRotated adds a new first secret; the others go on signing until Until.
type SecretRotated struct {
	At     protocol.Timestamp `json:"at"`
	Secret string             `json:"secret"`
	Until  protocol.Timestamp `json:"until"`
}

// Tested asks for a delivery of the sample event that stands in the same record. It is
// delivered in order with the others, or with Aside outside the order, when deliveries
// are held up.
type Tested struct {
	At    protocol.Timestamp `json:"at"`
	Aside bool               `json:"aside,omitempty"`
}

// RedeliveryQueued asks for one delivery again. One that is being retried becomes due now.
type RedeliveryQueued struct {
	At       protocol.Timestamp  `json:"at"`
	Delivery protocol.DeliveryID `json:"delivery"`
}

// DeadRequeued asks for all dead deliveries again, in order.
type DeadRequeued struct {
	At protocol.Timestamp `json:"at"`
}

// ReplayStarted asks for the events after After up to Until again, in order.
type ReplayStarted struct {
	At    protocol.Timestamp  `json:"at"`
	After protocol.DeliveryID `json:"after"`
	Until protocol.DeliveryID `json:"until"`
}

// ReplayStopped ends the replay and forgets the redeliveries that wait.
type ReplayStopped struct {
	At protocol.Timestamp `json:"at"`
}

// Skipped moves a source past Through: no event up to there matches, or it is no longer
// stored.
type Skipped struct {
	At      protocol.Timestamp  `json:"at"`
	Source  Source              `json:"lane"`
	Through protocol.DeliveryID `json:"through"`
}

// Attempted is one attempt, its outcome and what follows. It also moves the cursor, so a
// delivery is one record.
type Attempted struct {
	At       protocol.Timestamp // when its outcome was known
	Began    protocol.Timestamp
	Took     int64 // milliseconds
	Delivery protocol.DeliveryID
	Source   Source
	Probe    bool // a ping, sent to find out whether the endpoint or the message is at fault
	Event    protocol.EventType
	Session  protocol.SessionID
	Number   int // from 1 within the delivery
	Status   int
	Failure  Failure
	Error    string
	Excerpt  string
	Class    FailureClass
	Verdict  Verdict
	// Due is when the delivery is tried again; set with VerdictRetry and VerdictProbe.
	Due protocol.Timestamp
}

// Disabled is the hub's own decision, for the reason given: nothing is delivered until
// somebody enables the webhook, and tests that wait are dropped. A webhook that is
// disabled already keeps its reason. Epoch is as in Created.
type Disabled struct {
	At     protocol.Timestamp `json:"at"`
	Reason string             `json:"reason"`
	Epoch  string             `json:"epoch,omitempty"`
}

// Deleted clears the whole state. It is the last fact.
type Deleted struct {
	At protocol.Timestamp `json:"at"`
}

func (f *Created) moment() protocol.Timestamp          { return f.At }
func (f *Updated) moment() protocol.Timestamp          { return f.At }
func (f *SecretRotated) moment() protocol.Timestamp    { return f.At }
func (f *Tested) moment() protocol.Timestamp           { return f.At }
func (f *RedeliveryQueued) moment() protocol.Timestamp { return f.At }
func (f *DeadRequeued) moment() protocol.Timestamp     { return f.At }
func (f *ReplayStarted) moment() protocol.Timestamp    { return f.At }
func (f *ReplayStopped) moment() protocol.Timestamp    { return f.At }
func (f *Skipped) moment() protocol.Timestamp          { return f.At }
func (f *Attempted) moment() protocol.Timestamp        { return f.At }
func (f *Disabled) moment() protocol.Timestamp         { return f.At }
func (f *Deleted) moment() protocol.Timestamp          { return f.At }
