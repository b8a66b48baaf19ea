package protocol

import "strconv"

// DeliveryID names a delivery of a webhook: the event's place in the global order of
// the journal. The same event has the same id at every webhook.
type DeliveryID int64

func (id DeliveryID) String() string { return strconv.FormatInt(int64(id), 10) }

// EventAny stands in a webhook's events for all of them.
const EventAny EventType = "*"

// EventPing is sent to find out whether an endpoint is well. Nobody subscribes to it.
const EventPing EventType = "ping"

// WebhookState is how a webhook is doing.
type WebhookState string

// The states of a webhook.
const (
	WebhookHealthy  WebhookState = "healthy"
	WebhookFailing  WebhookState = "failing"  // the endpoint does not take deliveries; they wait
	WebhookDisabled WebhookState = "disabled" // nothing is sent until it is enabled; what happens meanwhile waits
)

// Webhook is an endpoint that is told of events. Its secret is in no answer.
type Webhook struct {
	ID        WebhookID   `json:"id"`
	Name      string      `json:"name"`
	URL       string      `json:"url"`
	Events    []EventType `json:"events"`
	Enabled   bool        `json:"enabled"`
	CreatedAt Timestamp   `json:"created_at"`
	// Sessions are the only ones it is told of; empty means all.
	Sessions []SessionID `json:"sessions"`
	// RateLimit is the most attempts a minute, nil for no limit.
	RateLimit *int         `json:"rate_limit"`
	State     WebhookState `json:"state"`
	// DisabledReason says why it is disabled, nil while it is enabled.
	DisabledReason *string `json:"disabled_reason"`
}

// WebhookSaved is the answer of webhooks.create, webhooks.update and webhooks.rotate.
type WebhookSaved struct {
	Webhook
	Message string `json:"message"`
}

// DeletedWebhook is the answer of webhooks.delete.
type DeletedWebhook struct {
	Message   string    `json:"message"`
	WebhookID WebhookID `json:"webhookId"`
}

// TestSent is the answer of webhooks.test. The delivery itself follows by itself.
type TestSent struct {
	Message string `json:"message"`
	Note    string `json:"note"`
}

// RedeliveryQueued is the answer of webhooks.redeliver.
type RedeliveryQueued struct {
	Message    string     `json:"message"`
	WebhookID  WebhookID  `json:"webhookId"`
	DeliveryID DeliveryID `json:"deliveryId"`
}

// ReplayAccepted is the answer of webhooks.replay and webhooks.replay.stop. Deliveries
// is the number of dead ones that follow, nil for a replay by time, which is not counted.
type ReplayAccepted struct {
	Message    string    `json:"message"`
	WebhookID  WebhookID `json:"webhookId"`
	Deliveries *int      `json:"deliveries"`
}
