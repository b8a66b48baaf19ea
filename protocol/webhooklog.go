package protocol

import "encoding/json"

// WebhookLog is a row of webhooks.logs: one attempt.
type WebhookLog struct {
	// ID is ascending over all attempts of all webhooks.
	ID        int64     `json:"id"`
	WebhookID WebhookID `json:"webhook_id"`
	EventType EventType `json:"event_type"`
	// Payload is the event's data, null when the event is no longer stored.
	Payload json.RawMessage `json:"payload"`
	// ResponseStatus is the HTTP status, nil when none was received.
	ResponseStatus *int `json:"response_status"`
	// ErrorMessage is nil for a delivery that was accepted.
	ErrorMessage *string   `json:"error_message"`
	CreatedAt    Timestamp `json:"created_at"`
	DeliveryAttempt
}

// DeliveryAttempt is what is told of an attempt beyond the reference API.
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
	// NextAttemptAt is when it was to be tried again, nil when it was not.
	NextAttemptAt *Timestamp `json:"next_attempt_at"`
}

// DeliveryStatus is what became of a delivery.
type DeliveryStatus string

// The statuses of a delivery.
const (
	DeliveryDelivered DeliveryStatus = "delivered"
	DeliveryPending   DeliveryStatus = "pending" // it will be tried again
	DeliveryDead      DeliveryStatus = "dead"    // set aside; it can be redelivered
	DeliveryDropped   DeliveryStatus = "dropped" // not wanted any more when it failed
)

// Delivery is a row of webhooks.deliveries: an event and its attempts, the newest
// attempt first. Attempts that the logs no longer hold are missing.
type Delivery struct {
	ID        DeliveryID     `json:"id"`
	WebhookID WebhookID      `json:"webhook_id"`
	MessageID string         `json:"message_id"`
	EventType EventType      `json:"event_type"`
	Status    DeliveryStatus `json:"status"`
	Attempts  []WebhookLog   `json:"attempts"`
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
	// QueueLength is how many events wait. QueueLengthExact is false when there are more.
	QueueLength      int  `json:"queue_length"`
	QueueLengthExact bool `json:"queue_length_exact"`
	// OldestWaiting is when the first of them happened.
	OldestWaiting *Timestamp `json:"oldest_waiting"`
	// Redeliveries is how many redeliveries wait; Replaying says that a replay is under way.
	Redeliveries int   `json:"redeliveries"`
	Replaying    bool  `json:"replaying"`
	Attempts     int64 `json:"attempts"`
	Delivered    int64 `json:"delivered"`
	Dead         int64 `json:"dead"`
}

// LogFilter is the query of webhooks.logs.
type LogFilter struct {
	ID    WebhookID `json:"id"`
	Limit int       `json:"limit"` // 1 to MaxWebhookLogs, default 50
}

// DeliveryFilter is the query of webhooks.deliveries; zero fields do not filter.
type DeliveryFilter struct {
	ID         WebhookID      `json:"id"`
	DeliveryID DeliveryID     `json:"deliveryId"`
	Status     DeliveryStatus `json:"status"`
	Limit      int            `json:"limit"` // 1 to MaxPageSize, default 50
}

// defaultRows is the limit of who names none, as in the reference API.
const defaultLimit = 50

// Check looks at the range and fills in the default.
func (f *LogFilter) Check() *Error { return checkLimit(&f.Limit, MaxWebhookLogs) }

// Check looks at words and ranges and fills in the default.
func (f *DeliveryFilter) Check() *Error {
	switch f.Status {
	case "", DeliveryDelivered, DeliveryPending, DeliveryDead, DeliveryDropped:
	default:
		return Invalid(`status must be "delivered", "pending", "dead" or "dropped"`)
	}
	if f.DeliveryID < 0 {
		return Invalid("deliveryId must be a positive integer")
	}
	return checkLimit(&f.Limit, MaxPageSize)
}

func checkLimit(limit *int, most int) *Error {
	if *limit == 0 {
		*limit = defaultLimit
	}
	if *limit < 1 || *limit > most {
		return Invalid("limit must be between 1 and %d", most)
	}
	return nil
}
