package protocol

import (
	"encoding/base64"
	"strings"
	"time"
)

// Limits of webhooks.
const (
	// MaxWebhooks bounds what one event can cost: each webhook is a request and a record.
	MaxWebhooks = 1000
	// MaxWebhookEvents bounds the list of event types; there are about ten.
	MaxWebhookEvents = 32
	// MaxWebhookSessions bounds the filter by session, which is evaluated for every event.
	MaxWebhookSessions = 100
	// MaxWebhookURL, in bytes: what servers and proxies accept as a request line.
	MaxWebhookURL = 2048
	// MinWebhookSecret, in bytes: with one delivery an attacker can try keys offline, and
	// shorter ones are found in minutes. The example of the reference API has 11 bytes, so a
	// larger minimum would refuse it. Shorter secrets that are stored already stay valid.
	MinWebhookSecret = 8
	// MaxWebhookSecret, in bytes: a key of four SHA-256 blocks; longer ones add nothing.
	MaxWebhookSecret = 256
	// MaxWebhookRate, in attempts a minute, is no limit in practice: 1,000 a second.
	MaxWebhookRate = 60_000
	// MaxWebhookLogs bounds one answer of webhooks.logs.
	MaxWebhookLogs = 1000
	// MaxListedAttempts is how many attempts of a delivery webhooks.deliveries lists, the newest:
	// an endpoint that is down for five days gets hundreds. All are in webhooks.logs.
	MaxListedAttempts = 20
	// SecretOverlap is how long a replaced secret still signs: a day to change the receiver.
	// MaxSecretOverlap is a month.
	SecretOverlap    = 24 * time.Hour
	MaxSecretOverlap = 31 * 24 * time.Hour
)

// WebhookState is the state of deliveries to a webhook.
type WebhookState string

// The states of a webhook.
const (
	WebhookHealthy  WebhookState = "healthy"
	WebhookFailing  WebhookState = "failing"  // the endpoint does not accept deliveries; they wait
	WebhookDisabled WebhookState = "disabled" // nothing is sent until it is enabled; events wait until then
)

// Webhook is an HTTP endpoint to which events are delivered. No answer contains its secret.
type Webhook struct {
	ID        WebhookID   `json:"id"`
	Name      string      `json:"name"`
	URL       string      `json:"url"`
	Events    []EventType `json:"events"`
	Enabled   bool        `json:"enabled"`
	CreatedAt Timestamp   `json:"created_at"`
	// Sessions are the sessions whose events are delivered; empty means all.
	Sessions []SessionID `json:"sessions"`
	// RateLimit is the maximum number of attempts a minute, nil for no limit.
	RateLimit *int         `json:"rate_limit"`
	State     WebhookState `json:"state"`
	// DisabledReason says why the webhook is disabled, nil while it is enabled.
	DisabledReason *string `json:"disabled_reason"`
}

// EventAny in a webhook's events means all event types.
const EventAny EventType = "*"

// EventPing is sent to test whether an endpoint answers. No webhook subscribes to it.
const EventPing EventType = "ping"

// CreateWebhook registers an endpoint: webhooks.create. Events from now on are delivered.
type CreateWebhook struct {
	Name   string    `json:"name"`
	URL    string    `json:"url"`
	Secret string    `json:"secret"`
	Events EventList `json:"events"`
	// Sessions nil or empty means all; RateLimit nil means no limit.
	Sessions  []SessionID `json:"sessions"`
	RateLimit *int        `json:"rate_limit"`
	// ID and Head, the newest position of the journal, are set by the hub.
	ID   WebhookID  `json:"-"`
	Head DeliveryID `json:"-"`
}

// Check implements Command.
func (c CreateWebhook) Check() *Error {
	if c.Name == "" || c.URL == "" || c.Secret == "" || !c.Events.Set {
		return Invalid("Missing required fields: name, url, secret, events")
	}
	return firstError(
		c.Events.check(), checkWebhookURL(c.URL), checkLine("name", c.Name, 1, MaxTitle),
		checkSecret(c.Secret), checkSessions(c.Sessions), checkRateLimit(c.RateLimit),
	)
}

// Target implements WebhookCommand.
func (c CreateWebhook) Target() WebhookID { return c.ID }

// UpdateWebhook changes the fields that are given: webhooks.update. A new url, secret
// or enabled takes effect with the next attempt.
type UpdateWebhook struct {
	ID        WebhookID             `json:"id"`
	Name      *string               `json:"name"`
	URL       *string               `json:"url"`
	Secret    *string               `json:"secret"`
	Events    EventList             `json:"events"`
	Enabled   *bool                 `json:"enabled"`
	Sessions  Optional[[]SessionID] `json:"sessions,omitzero"`
	RateLimit Optional[int]         `json:"rate_limit,omitzero"`
	// Head is the newest position of the journal, set by the hub: the old filter applies to
	// the events before it.
	Head DeliveryID `json:"-"`
}

// Check implements Command.
func (c UpdateWebhook) Check() *Error {
	if c.Name == nil && c.URL == nil && c.Secret == nil && !c.Events.Set && c.Enabled == nil && !c.Sessions.Set && !c.RateLimit.Set {
		return Invalid("No fields to update")
	}
	return firstError(
		checkOptional(c.URL, checkWebhookURL), c.Events.check(),
		checkOptional(c.Name, func(s string) *Error { return checkLine("name", s, 1, MaxTitle) }),
		checkOptional(c.Secret, checkSecret), checkOptional(c.Sessions.Value, checkSessions), checkRateLimit(c.RateLimit.Value),
	)
}

// Target implements WebhookCommand.
func (c UpdateWebhook) Target() WebhookID { return c.ID }

// WebhookSaved is the answer of webhooks.create, webhooks.update and webhooks.rotate.
type WebhookSaved struct {
	Webhook
	Message string `json:"message"`
}

// RotateSecret replaces the secret: webhooks.rotate. Deliveries are signed with both secrets
// until the overlap ends.
type RotateSecret struct {
	ID     WebhookID `json:"id"`
	Secret string    `json:"secret"`
	// Overlap is how long the old secrets still sign, nil for SecretOverlap.
	Overlap *Duration `json:"overlap"`
}

// Check implements Command.
func (c RotateSecret) Check() *Error {
	if c.Secret == "" {
		return Invalid("secret is required")
	}
	if o := c.Overlap; o != nil && (*o < 0 || time.Duration(*o) > MaxSecretOverlap) {
		return Invalid("overlap must be between 0 seconds and 31 days")
	}
	return checkSecret(c.Secret)
}

// Target implements WebhookCommand.
func (c RotateSecret) Target() WebhookID { return c.ID }

// DeleteWebhook deletes the webhook and its logs: webhooks.delete.
type DeleteWebhook struct {
	ID WebhookID `json:"id"`
}

// Check implements Command.
func (c DeleteWebhook) Check() *Error { return nil }

// Target implements WebhookCommand.
func (c DeleteWebhook) Target() WebhookID { return c.ID }

// DeletedWebhook is the answer of webhooks.delete.
type DeletedWebhook struct {
	Message   string    `json:"message"`
	WebhookID WebhookID `json:"webhookId"`
}

// TestWebhook sends a game.added event with invented data: webhooks.test. It works for
// a disabled webhook, too.
type TestWebhook struct {
	ID WebhookID `json:"id"`
}

// Check implements Command.
func (c TestWebhook) Check() *Error { return nil }

// Target implements WebhookCommand.
func (c TestWebhook) Target() WebhookID { return c.ID }

// TestSent is the answer of webhooks.test, given before the delivery is attempted.
type TestSent struct {
	Message string `json:"message"`
	Note    string `json:"note"`
}

func checkWebhookURL(s string) *Error {
	if len(s) > MaxWebhookURL {
		return Invalid("url must be at most %d bytes", MaxWebhookURL)
	}
	return CheckURL(s)
}

// secretPrefix begins a secret whose remainder is the key in base64 (Standard Webhooks). A
// remainder that is not base64 is itself the key.
const secretPrefix = "whsec_"

// checkSecret refuses a key that is short enough to be guessed.
func checkSecret(s string) *Error {
	if len(s) < MinWebhookSecret || len(s) > MaxWebhookSecret {
		return Invalid("secret must be %d to %d bytes", MinWebhookSecret, MaxWebhookSecret)
	}
	if encoded, ok := strings.CutPrefix(s, secretPrefix); ok {
		key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
		if err == nil && len(key) < MinWebhookSecret {
			return Invalid("secret must have a key of at least %d bytes after %s", MinWebhookSecret, secretPrefix)
		}
	}
	return checkText("secret", s, 0, MaxWebhookSecret)
}

func checkSessions(ids []SessionID) *Error {
	if len(ids) > MaxWebhookSessions {
		return Invalid("sessions must be a list of at most %d ids", MaxWebhookSessions)
	}
	for _, id := range ids {
		if id < 1 {
			return Invalid("sessions must be a list of positive integers")
		}
	}
	return nil
}

func checkRateLimit(perMinute *int) *Error {
	if perMinute != nil && (*perMinute < 1 || *perMinute > MaxWebhookRate) {
		return Invalid("rate_limit must be between 1 and %d attempts a minute", MaxWebhookRate)
	}
	return nil
}
