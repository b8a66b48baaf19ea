package webhook

import (
	"strconv"

	"partyline/protocol"
)

// Exists says whether the webhook was created and not deleted.
func (h *State) Exists() bool { return h.phase == phaseAlive }

// Deleted says that it existed once.
func (h *State) Deleted() bool { return h.phase == phaseDeleted }

// Webhook is the resource. It does not hold the secret.
func (h *State) Webhook() protocol.Webhook {
	w := protocol.Webhook{
		ID: h.id, Name: h.name, URL: h.url, Events: once(h.filter.Events), Enabled: h.enabled, CreatedAt: h.created,
		Sessions: once(h.filter.Sessions), State: h.Status(),
	}
	if h.rate > 0 {
		rate := h.rate
		w.RateLimit = &rate
	}
	if !h.enabled {
		w.DisabledReason = some(h.reason)
	}
	return w
}

// State is how it is doing.
func (h *State) Status() protocol.WebhookState {
	switch {
	case !h.enabled:
		return protocol.WebhookDisabled
	case h.failing > 0:
		return protocol.WebhookFailing
	}
	return protocol.WebhookHealthy
}

// Health is what the state knows for webhooks.health; the events that wait are the
// journal's to count.
func (h *State) Health() protocol.WebhookHealth {
	v := protocol.WebhookHealth{
		WebhookID: h.id, State: h.Status(), QueueLengthExact: true, Redeliveries: len(h.queue), Replaying: h.replay != nil,
		FailingSince: some(h.failing), LastSuccess: some(h.lastSuccess), LastError: some(h.lastError),
		Attempts: h.counts.Made, Delivered: h.counts.Delivered, Dead: h.counts.Dead,
	}
	if !h.enabled {
		v.DisabledReason = some(h.reason)
	}
	if h.enabled && h.head != nil {
		v.NextAttemptAt = some(h.head.Due)
	}
	return v
}

// URL is where deliveries go.
func (h *State) URL() string { return h.url }

// Secrets are those that sign at that moment, the newest first. A clock that is ahead must
// not end an overlap early: the moment is the earlier one of the hub's times.
func (h *State) Secrets(now protocol.Timestamp) []string {
	var values []string
	for i, s := range h.secrets {
		if i == 0 || s.Until == 0 || now < s.Until {
			values = append(values, s.Value)
		}
	}
	return values
}

// Enabled says whether the line may move.
func (h *State) Enabled() bool { return h.enabled }

// Filter is what it wants to hear; it must not be changed.
func (h *State) Filter() *Filter { return &h.filter }

// RateLimit is the most attempts a minute, 0 for no limit.
func (h *State) RateLimit() int { return h.rate }

// Edition counts the changes of where and how it is delivered.
func (h *State) Edition() int { return h.edition }

// Made is how many attempts are recorded.
func (h *State) Made() int64 { return h.counts.Made }

// Cursor is up to where the main lane is done with.
func (h *State) Cursor() protocol.DeliveryID { return h.cursor }

// Head is the delivery that is to be tried again, nil when there is none. It must not
// be changed.
func (h *State) Head() *Head { return h.head }

// Test is the seq of the next Tested fact to be delivered aside.
func (h *State) Test() (seq protocol.Seq, ok bool) {
	if len(h.tests) == 0 {
		return 0, false
	}
	return h.tests[0], true
}

// Redelivery is the next delivery that was asked for again.
func (h *State) Redelivery() (id protocol.DeliveryID, ok bool) {
	if len(h.queue) == 0 {
		return 0, false
	}
	return h.queue[0], true
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

// some is nil for the zero value.
func some[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
