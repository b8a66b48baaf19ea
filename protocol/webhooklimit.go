package protocol

import "time"

// Limits of webhooks.
const (
	// MaxWebhooks bounds what one event can cost: each is a request and a record.
	MaxWebhooks = 1000
	// MaxWebhookEvents bounds the list of event types; there are about ten.
	MaxWebhookEvents = 32
	// MaxWebhookSessions bounds the filter by session, which is looked at for every event.
	MaxWebhookSessions = 100
	// MaxWebhookURL, in bytes: what servers and proxies take as a request line.
	MaxWebhookURL = 2048
	// MinWebhookSecret, in bytes: whoever has seen one delivery can try keys without asking
	// anybody, and shorter ones are found in minutes. The example of the reference API has
	// 11, so more cannot be asked for. Shorter ones that are stored go on.
	MinWebhookSecret = 8
	// MaxWebhookSecret, in bytes: a key of four SHA-256 blocks; longer ones add nothing.
	MaxWebhookSecret = 256
	// MaxWebhookRate, in attempts a minute, is no limit in practice: 1,000 a second.
	MaxWebhookRate = 60_000
	// MaxWebhookLogs bounds one answer of webhooks.logs.
	MaxWebhookLogs = 1000
	// SecretOverlap is how long a rotated secret goes on signing: a day to change the
	// receiver. MaxSecretOverlap is a month.
	SecretOverlap    = 24 * time.Hour
	MaxSecretOverlap = 31 * 24 * time.Hour
)
