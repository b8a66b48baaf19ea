package webhook

import (
	"time"

	"partyline/protocol"
)

// Dispatch is one attempt to be made: everything the POST consists of.
type Dispatch struct {
	Webhook protocol.WebhookID
	URL     string
	// Secrets sign the body, the newest first; during a rotation there are two. The
	// legacy header is signed with the first.
	Secrets []string
	// MessageID is the webhook-id header: the same on every try of a delivery.
	MessageID string
	// Event is the X-Webhook-Event header.
	Event string
	// Body is sent and signed as it is.
	Body []byte
	// Redelivery sets webhook-redelivery: true.
	Redelivery bool
}

// Failure says at which stage an attempt failed.
type Failure string

// The failures. None means that an HTTP status was received.
const (
	FailureNone    Failure = ""
	FailureURL     Failure = "url"     // cannot be turned into a request
	FailureAddress Failure = "address" // resolves to an address that may not be called
	FailureDNS     Failure = "dns"
	FailureDial    Failure = "dial"
	FailureTLS     Failure = "tls"
	FailureTimeout Failure = "timeout"
	FailureHTTP    Failure = "http"    // the peer does not speak HTTP, or stopped in the middle
	FailureExpired Failure = "expired" // not sent: the event had waited for too long
	FailureDamaged Failure = "damaged" // not sent: the event's record cannot be read
)

// Attempt is the outcome of one dispatch.
type Attempt struct {
	// At is when the attempt began, Took how long it lasted.
	At   protocol.Timestamp
	Took time.Duration
	// Status is the HTTP status, 0 when none was received.
	Status  int
	Failure Failure
	// Error is a sentence for the log that gives no internal address away; empty for 2xx.
	Error string
	// Excerpt is the beginning of the response body, valid UTF-8.
	Excerpt string
	// RetryAfter is what the endpoint asked for, 0 when it did not.
	RetryAfter time.Duration
}
