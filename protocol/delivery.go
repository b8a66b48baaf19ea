package protocol

import (
	"encoding/json"
	"strconv"
)

// DeliveryID identifies a delivery of a webhook: it is the event's position in the global
// order of the journal. The same event has the same id at every webhook.
type DeliveryID int64

func (id DeliveryID) String() string { return strconv.FormatInt(int64(id), 10) }

// DeliveryStatus is the status of a delivery.
type DeliveryStatus string

// The statuses of a delivery.
const (
	DeliveryDelivered DeliveryStatus = "delivered"
	DeliveryPending   DeliveryStatus = "pending" // another attempt follows
	DeliveryDead      DeliveryStatus = "dead"    // a dead letter: given up, can be redelivered
	DeliveryDropped   DeliveryStatus = "dropped" // the webhook no longer wanted the event when the attempt failed
)

// Delivery is a row of webhooks.deliveries: an event and its attempts, the newest
// attempt first. Attempts that have expired from the logs are missing.
type Delivery struct {
	ID        DeliveryID     `json:"id"`
	WebhookID WebhookID      `json:"webhook_id"`
	MessageID string         `json:"message_id"`
	EventType EventType      `json:"event_type"`
	Status    DeliveryStatus `json:"status"`
	Attempts  []WebhookLog   `json:"attempts"`
}

// WebhookLog is a row of webhooks.logs: one attempt.
type WebhookLog struct {
	// ID ascends over all attempts of all webhooks.
	ID        int64     `json:"id"`
	WebhookID WebhookID `json:"webhook_id"`
	EventType EventType `json:"event_type"`
	// Payload is the event's data, null when the event is no longer stored.
	Payload json.RawMessage `json:"payload"`
	// ResponseStatus is the HTTP status, nil when none was received.
	ResponseStatus *int `json:"response_status"`
	// ErrorMessage is nil when the delivery was accepted.
	ErrorMessage *string   `json:"error_message"`
	CreatedAt    Timestamp `json:"created_at"`
	DeliveryAttempt
}

// DeliveryAttempt are the fields of an attempt that the reference API does not have.
type DeliveryAttempt struct {
	DeliveryID DeliveryID `json:"delivery_id"`
	// MessageID is the webhook-id header.
	MessageID string `json:"message_id"`
	// Attempt counts from 1 within the delivery.
	Attempt    int   `json:"attempt"`
	DurationMS int64 `json:"duration_ms"`
	// ErrorClass is one word for programs, such as "timeout" or "status"; nil without an error.
	ErrorClass      *string `json:"error_class"`
	ResponseExcerpt string  `json:"response_excerpt"`
	Redelivery      bool    `json:"redelivery"`
	// NextAttemptAt is when the next attempt was scheduled for, nil for none.
	NextAttemptAt *Timestamp `json:"next_attempt_at"`
}

// WebhookLogFilter is the query of webhooks.logs. Limit is 1 to MaxWebhookLogs, default 50.
type WebhookLogFilter struct {
	ID WebhookID `json:"id"`
	PageQuery
}

// Check validates the page and fills in the default of its limit.
func (f *WebhookLogFilter) Check() *Error { return f.check(MaxWebhookLogs) }

// DeliveryFilter is the query of webhooks.deliveries; zero fields match every delivery. Limit is
// 1 to MaxPageSize, default 50.
type DeliveryFilter struct {
	ID         WebhookID      `json:"id"`
	DeliveryID DeliveryID     `json:"deliveryId"`
	Status     DeliveryStatus `json:"status"`
	PageQuery
}

// Check validates words and the page and fills in the default of its limit.
func (f *DeliveryFilter) Check() *Error {
	switch f.Status {
	case "", DeliveryDelivered, DeliveryPending, DeliveryDead, DeliveryDropped:
	default:
		return Invalid(`status must be "delivered", "pending", "dead" or "dropped"`)
	}
	if f.DeliveryID < 0 {
		return Invalid("deliveryId must be a positive integer")
	}
	return f.check(MaxPageSize)
}

// WebhookHealth is the answer of webhooks.health.
type WebhookHealth struct {
	WebhookID      WebhookID    `json:"webhook_id"`
	State          WebhookState `json:"state"`
	DisabledReason *string      `json:"disabled_reason"`
	FailingSince   *Timestamp   `json:"failing_since"`
	LastSuccess    *Timestamp   `json:"last_success"`
	// LastError is the newest error since the last success.
	LastError     *string    `json:"last_error"`
	NextAttemptAt *Timestamp `json:"next_attempt_at"`
	// QueueLength is the number of waiting events. QueueLengthExact is false when there are more.
	QueueLength      int  `json:"queue_length"`
	QueueLengthExact bool `json:"queue_length_exact"`
	// OldestWaiting is the time of the oldest waiting event.
	OldestWaiting *Timestamp `json:"oldest_waiting"`
	// Redeliveries is the number of waiting redeliveries; Replaying says that a replay is running.
	Redeliveries int   `json:"redeliveries"`
	Replaying    bool  `json:"replaying"`
	Attempts     int64 `json:"attempts"`
	Delivered    int64 `json:"delivered"`
	Dead         int64 `json:"dead"`
}

// Redeliver sends one delivery again: webhooks.redeliver. One that waits for its next
// attempt is attempted at once.
type Redeliver struct {
	ID         WebhookID  `json:"id"`
	DeliveryID DeliveryID `json:"deliveryId"`
}

// Check implements Command.
func (c Redeliver) Check() *Error {
	if c.DeliveryID < 1 {
		return Invalid("deliveryId must be a positive integer")
	}
	return nil
}

// Target implements WebhookCommand.
func (c Redeliver) Target() WebhookID { return c.ID }

// RedeliveryQueued is the answer of webhooks.redeliver.
type RedeliveryQueued struct {
	Message    string     `json:"message"`
	WebhookID  WebhookID  `json:"webhookId"`
	DeliveryID DeliveryID `json:"deliveryId"`
}

// ReplayWebhook sends again, in order, all deliveries since a time or all dead letters:
// webhooks.replay.
type ReplayWebhook struct {
	ID     WebhookID  `json:"id"`
	Since  *Timestamp `json:"since"`
	Failed bool       `json:"failed"`
	// From and Until are the journal positions between which events are replayed, set by the hub.
	From  DeliveryID `json:"-"`
	Until DeliveryID `json:"-"`
}

// Check implements Command.
func (c ReplayWebhook) Check() *Error {
	if c.Failed == (c.Since != nil) {
		return Invalid(`Give either "since" or "failed": true`)
	}
	return nil
}

// Target implements WebhookCommand.
func (c ReplayWebhook) Target() WebhookID { return c.ID }

// StopReplay ends a replay and discards waiting redeliveries: webhooks.replay.stop.
type StopReplay struct {
	ID WebhookID `json:"id"`
}

// Check implements Command.
func (c StopReplay) Check() *Error { return nil }

// Target implements WebhookCommand.
func (c StopReplay) Target() WebhookID { return c.ID }

// ReplayAccepted is the answer of webhooks.replay and webhooks.replay.stop. Deliveries
// is the number of dead letters that follow, nil for a replay by time, which is not counted.
type ReplayAccepted struct {
	Message    string    `json:"message"`
	WebhookID  WebhookID `json:"webhookId"`
	Deliveries *int      `json:"deliveries"`
}
