package protocol

import (
	"encoding/base64"
	"strings"
	"time"
)

// Check implementations of the webhooks' commands. The sentences are the reference API's.

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

// Check implements Command.
func (c DeleteWebhook) Check() *Error { return nil }

// Check implements Command.
func (c TestWebhook) Check() *Error { return nil }

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

// Check implements Command.
func (c Redeliver) Check() *Error {
	if c.DeliveryID < 1 {
		return Invalid("deliveryId must be a positive integer")
	}
	return nil
}

// Check implements Command.
func (c ReplayWebhook) Check() *Error {
	if c.Failed == (c.Since != nil) {
		return Invalid(`Give either "since" or "failed": true`)
	}
	return nil
}

// Check implements Command.
func (c StopReplay) Check() *Error { return nil }

func checkWebhookURL(s string) *Error {
	if len(s) > MaxWebhookURL {
		return Invalid("url must be at most %d bytes", MaxWebhookURL)
	}
	return CheckURL(s)
}

// secretPrefix marks a secret whose rest is the key in base64 (Standard Webhooks),
// or is itself the key where it is no base64.
const secretPrefix = "whsec_"

// checkSecret refuses a key that can be guessed.
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

func checkOptional[T any](v *T, check func(T) *Error) *Error {
	if v == nil {
		return nil
	}
	return check(*v)
}

// firstOf is the first thing that does not fit.
func firstError(errs ...*Error) *Error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
