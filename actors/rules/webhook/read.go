package webhook

import (
	"strconv"

	"partyline/protocol"
)

// Exists reports whether the webhook was created and not deleted.
func (s *State) Exists() bool { return s.phase == phaseAlive }

// Webhook is the resource. It does not hold the secret.
func (s *State) Webhook() protocol.Webhook {
	w := protocol.Webhook{
		ID: s.id, Name: s.name, URL: s.url, Events: distinct(s.filter.Events), Enabled: s.enabled, CreatedAt: s.created,
		Sessions: distinct(s.filter.Sessions), State: s.Status(),
	}
	if s.rate > 0 {
		rate := s.rate
		w.RateLimit = &rate
	}
	if !s.enabled {
		w.DisabledReason = optional(s.reason)
	}
	return w
}

// Status is healthy, failing or disabled.
func (s *State) Status() protocol.WebhookState {
	switch {
	case !s.enabled:
		return protocol.WebhookDisabled
	case s.failing > 0:
		return protocol.WebhookFailing
	}
	return protocol.WebhookHealthy
}

// Health is what the state holds for webhooks.health; the events that wait are counted
// in the journal.
func (s *State) Health() protocol.WebhookHealth {
	v := protocol.WebhookHealth{
		WebhookID: s.id, State: s.Status(), QueueLengthExact: true, Redeliveries: len(s.redeliveries), Replaying: s.replay != nil,
		FailingSince: optional(s.failing), LastSuccess: optional(s.lastSuccess), LastError: optional(s.lastError),
		Attempts: s.counts.Attempts, Delivered: s.counts.Delivered, Dead: s.counts.Dead,
	}
	if !s.enabled {
		v.DisabledReason = optional(s.reason)
	}
	if s.enabled && s.head != nil {
		v.NextAttemptAt = optional(s.head.Due)
	}
	return v
}

// URL is where deliveries go.
func (s *State) URL() string { return s.url }

// Secrets are those that sign at that moment, the newest first. A clock that is ahead must
// not end an overlap early: pass the earlier one of the hub's times.
func (h *State) Secrets(now protocol.Timestamp) []string {
	var values []string
	for i, s := range h.secrets {
		if i == 0 || s.Until == 0 || now < s.Until {
			values = append(values, s.Value)
		}
	}
	return values
}

// Enabled reports whether events are delivered.
func (s *State) Enabled() bool { return s.enabled }

// Filter selects the events that are delivered; it must not be changed.
func (s *State) Filter() *Filter { return &s.filter }

// RateLimit is the most attempts a minute, 0 for no limit.
func (s *State) RateLimit() int { return s.rate }

// ConfigVersion counts the changes of url, secret and enabled.
func (s *State) ConfigVersion() int { return s.configVersion }

// Attempts is how many attempts are recorded.
func (s *State) Attempts() int64 { return s.counts.Attempts }

// Cursor is the position up to which live events are done: delivered, dead or not wanted.
func (s *State) Cursor() protocol.DeliveryID { return s.cursor }

// Head is the delivery that is to be tried again, nil when there is none. It must not
// be changed.
func (s *State) Head() *Head { return s.head }

// Test is the seq of the next Tested fact to be delivered outside the order.
func (s *State) Test() (seq protocol.Seq, ok bool) {
	if len(s.tests) == 0 {
		return 0, false
	}
	return s.tests[0], true
}

// Redelivery is the next delivery that was asked for again.
func (s *State) Redelivery() (id protocol.DeliveryID, ok bool) {
	if len(s.redeliveries) == 0 {
		return 0, false
	}
	return s.redeliveries[0], true
}

// Replay is the rest of the range that is delivered again, nil when there is none. It
// must not be changed.
func (s *State) Replay() *Replay { return s.replay }

// MessageID is the webhook-id header of a delivery: msg_<epoch>_<webhook>_<delivery>,
// and _ping_<attempt> behind that when probe, the number of the attempt, is not 0. With
// the empty epoch it is msg_<webhook>_<delivery>, as versions without epochs had it.
func MessageID(e protocol.Epoch, id protocol.WebhookID, d protocol.DeliveryID, probe int) string {
	text := "msg_"
	if e != "" {
		text += string(e) + "_"
	}
	text += id.String() + "_" + d.String()
	if probe > 0 {
		text += "_ping_" + strconv.Itoa(probe)
	}
	return text
}

// optional is nil for the zero value.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
