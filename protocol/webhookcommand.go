package protocol

// WebhookCommand is a command that one webhook decides.
type WebhookCommand interface {
	Command
	Target() WebhookID
}

// CreateWebhook registers an endpoint: webhooks.create. It is told of what happens
// from now on.
type CreateWebhook struct {
	Name   string    `json:"name"`
	URL    string    `json:"url"`
	Secret string    `json:"secret"`
	Events EventList `json:"events"`
	// Sessions nil or empty means all; RateLimit nil means no limit.
	Sessions  []SessionID `json:"sessions"`
	RateLimit *int        `json:"rate_limit"`
	// ID and Reached, the head of the journal, are given by the hub.
	ID   WebhookID  `json:"-"`
	Head DeliveryID `json:"-"`
}

// UpdateWebhook changes the fields that are given: webhooks.update. A new url, secret
// or enabled counts from the next attempt on.
type UpdateWebhook struct {
	ID        WebhookID             `json:"id"`
	Name      *string               `json:"name"`
	URL       *string               `json:"url"`
	Secret    *string               `json:"secret"`
	Events    EventList             `json:"events"`
	Enabled   *bool                 `json:"enabled"`
	Sessions  Optional[[]SessionID] `json:"sessions,omitzero"`
	RateLimit Optional[int]         `json:"rate_limit,omitzero"`
	// Reached is given by the hub: what lies before it was judged by the old fields.
	Head DeliveryID `json:"-"`
}

// DeleteWebhook forgets the endpoint and its logs: webhooks.delete.
type DeleteWebhook struct {
	ID WebhookID `json:"id"`
}

// TestWebhook sends a game.added event with made-up data: webhooks.test. It works for
// a disabled webhook too.
type TestWebhook struct {
	ID WebhookID `json:"id"`
}

// RotateSecret gives a new secret: webhooks.rotate. Deliveries are signed with both
// until the overlap is over.
type RotateSecret struct {
	ID     WebhookID `json:"id"`
	Secret string    `json:"secret"`
	// Overlap is how long the old secrets go on signing, nil for SecretOverlap.
	Overlap *Duration `json:"overlap"`
}

// Redeliver sends one delivery again: webhooks.redeliver. One that waits for its next
// try is tried at once.
type Redeliver struct {
	ID         WebhookID  `json:"id"`
	DeliveryID DeliveryID `json:"deliveryId"`
}

// ReplayWebhook sends again, in order, all deliveries since a time or all dead ones:
// webhooks.replay.
type ReplayWebhook struct {
	ID     WebhookID  `json:"id"`
	Since  *Timestamp `json:"since"`
	Failed bool       `json:"failed"`
	// From and Reached are given by the hub: the replay is of what lies between.
	From  DeliveryID `json:"-"`
	Until DeliveryID `json:"-"`
}

// StopReplay ends a replay and forgets the redeliveries that wait: webhooks.replay.stop.
type StopReplay struct {
	ID WebhookID `json:"id"`
}

// Target is the webhook that decides.
func (c CreateWebhook) Target() WebhookID { return c.ID }
func (c UpdateWebhook) Target() WebhookID { return c.ID }
func (c DeleteWebhook) Target() WebhookID { return c.ID }
func (c TestWebhook) Target() WebhookID   { return c.ID }
func (c RotateSecret) Target() WebhookID  { return c.ID }
func (c Redeliver) Target() WebhookID     { return c.ID }
func (c ReplayWebhook) Target() WebhookID { return c.ID }
func (c StopReplay) Target() WebhookID    { return c.ID }
