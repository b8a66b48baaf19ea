package webhook

import (
	"strconv"

	"partyline/protocol"
)

// Exists reports whether the webhook was created and not deleted.
func (h *State) Exists() bool { return h.phase == phaseAlive }

// Webhook is the resource. It does not hold the secret.
func (h *State) Webhook() protocol.Webhook {
	w := protocol.Webhook{
		ID: h.id, Name: h.name, URL: h.url, Events: distinct(h.filter.Events), Enabled: h.enabled, CreatedAt: h.created,
		Sessions: distinct(h.filter.Sessions), State: h.Status(),
	}
	if h.rate > 0 {
		rate := h.rate
		w.RateLimit = &rate
	}
	if !h.enabled {
		w.DisabledReason = optional(h.reason)
	}
	return w
}

// Status is healthy, failing or disabled.
func (h *State) Status() protocol.WebhookState {
	switch {
	case !h.enabled:
		return protocol.WebhookDisabled
	case h.failing > 0:
		return protocol.WebhookFailing
	}
	return protocol.WebhookHealthy
}

// Health is what the state holds for webhooks.health; the events that wait are counted
// in the journal.
func (h *State) Health() protocol.WebhookHealth {
	v := protocol.WebhookHealth{
		WebhookID: h.id, State: h.Status(), QueueLengthExact: true, Redeliveries: len(h.redeliveries), Replaying: h.replay != nil,
		FailingSince: optional(h.failing), LastSuccess: optional(h.lastSuccess), LastError: optional(h.lastError),
		Attempts: h.counts.Attempts, Delivered: h.counts.Delivered, Dead: h.counts.Dead,
	}
	if !h.enabled {
		v.DisabledReason = optional(h.reason)
	}
	if h.enabled && h.head != nil {
		v.NextAttemptAt = optional(h.head.Due)
	}
	return v
}

// URL is where deliveries go.
func (h *State) URL() string { return h.url }

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
func (h *State) Enabled() bool { return h.enabled }

// Filter selects the events that are delivered; it must not be changed.
func (h *State) Filter() *Filter { return &h.filter }

// RateLimit is the most attempts a minute, 0 for no limit.
func (h *State) RateLimit() int { return h.rate }

// ConfigVersion counts the changes of url, secret and enabled.
func (h *State) ConfigVersion() int { return h.configVersion }

// Attempts is how many attempts are recorded.
func (h *State) Attempts() int64 { return h.counts.Attempts }

// Cursor is the position up to which live events are done: delivered, dead or not wanted.
func (h *State) Cursor() protocol.DeliveryID { return h.cursor }

// Head is the delivery that is to be tried again, nil when there is none. It must not
// be changed.
func (h *State) Head() *Head { return h.head }

// Test is the seq of the next Tested fact to be delivered outside the order.
func (h *State) Test() (seq protocol.Seq, ok bool) {
	if len(h.tests) == 0 {
		return 0, false
	}
	return h.tests[0], true
}

// Redelivery is the next delivery that was asked for again.
func (h *State) Redelivery() (id protocol.DeliveryID, ok bool) {
	if len(h.redeliveries) == 0 {
		return 0, false
	}
	return h.redeliveries[0], true
}

// Replay is the rest of the range that is delivered again, nil when there is none. It
// must not be changed.
func (h *State) Replay() *Replay { return h.replay }

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
