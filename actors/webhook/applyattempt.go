package webhook

import "partyline/protocol"

// applyAttempted moves the source past the delivery, or keeps it as the head.
func (h *State) applyAttempted(f *Attempted) {
	h.counts.Attempts++
	h.recordHealth(f)
	switch f.Verdict {
	case VerdictDelivered:
		h.lastSuccess, h.lastError = f.At, ""
		h.counts.Delivered++
		h.removeDead(f.Delivery)
		h.advance(f.Source, f.Delivery)
	case VerdictDead:
		if f.Source != SourceTest {
			h.counts.Dead++
			h.addDead(f.Delivery)
		}
		h.advance(f.Source, f.Delivery)
	case VerdictDropped:
		h.advance(f.Source, f.Delivery)
	default:
		h.keepHead(f)
	}
	if f.Class != ClassSuccess {
		h.lastError = f.Error
	}
}

// recordHealth counts the failures of the endpoint. A failed test counts for nothing.
func (h *State) recordHealth(f *Attempted) {
	if f.Source == SourceTest && f.Class != ClassSuccess {
		return
	}
	switch f.Class {
	case ClassSuccess, ClassMessage:
		h.resetFailures() // the endpoint answers
	case ClassEndpoint, ClassServer:
		if h.failing == 0 {
			h.failing = f.At
		}
		h.misses++
		if f.Class == ClassEndpoint {
			h.failures++
		}
	}
}

// keepHead makes the delivery the head, and disables the webhook where that is the
// verdict.
func (h *State) keepHead(f *Attempted) {
	if f.Verdict.disables() {
		h.disable(f)
	}
	if f.Source == SourceTest {
		h.advance(f.Source, f.Delivery)
		return
	}
	if !h.isHead(f.Source, f.Delivery) {
		if h.abandoned(f.Source, f.Delivery) {
			return
		}
		h.head = &Head{Delivery: f.Delivery, Source: f.Source, Event: f.Event, Session: f.Session}
	}
	d := h.head
	d.Attempts = f.Number
	d.Due, d.Probe = f.Due, f.Verdict == VerdictProbe
	if !f.Probe && (f.Class == ClassMessage || f.Class == ClassServer) {
		d.Tries++
	}
}

// abandoned reports whether nothing asks for the delivery any more: its replay was
// stopped during the attempt, or it is done already.
func (h *State) abandoned(l Source, id protocol.DeliveryID) bool {
	switch l {
	case SourceReplay:
		return h.replay == nil || h.replay.After >= id
	case SourceRedelivery:
		return !h.redeliveryQueued(id)
	}
	return h.cursor >= id
}

func (h *State) redeliveryQueued(id protocol.DeliveryID) bool {
	for _, q := range h.redeliveries {
		if q == id {
			return true
		}
	}
	return false
}

func (h *State) disable(f *Attempted) {
	if !h.enabled {
		return
	}
	h.enabled = false
	h.configVersion++
	h.reason = reasonGone
	if f.Verdict == VerdictExhausted {
		h.reason = reasonExhausted
	}
}

// The reasons why the hub disables a webhook.
const (
	reasonGone      = "The endpoint answered 410 Gone"
	reasonExhausted = "The endpoint has failed for 5 days"
)
