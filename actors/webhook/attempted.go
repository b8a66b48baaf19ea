package webhook

import "partyline/protocol"

// applyAttempted moves the lane or keeps the delivery at its head.
func (h *State) applyAttempted(f *Attempted) {
	h.counts.Made++
	h.blame(f)
	switch f.Verdict {
	case VerdictDelivered:
		h.lastSuccess, h.lastError = f.At, ""
		h.counts.Delivered++
		h.unbury(f.Delivery)
		h.advance(f.Source, f.Delivery)
	case VerdictDead:
		if f.Source != SourceTest {
			h.counts.Dead++
			h.bury(f.Delivery)
		}
		h.advance(f.Source, f.Delivery)
	case VerdictDropped:
		h.advance(f.Source, f.Delivery)
	default:
		h.keep(f)
	}
	if f.Class != ClassFine {
		h.lastError = f.Error
	}
}

// blame keeps the endpoint's record. A test aside says nothing about the line.
func (h *State) blame(f *Attempted) {
	if f.Source == SourceTest && f.Class != ClassFine {
		return
	}
	switch f.Class {
	case ClassFine, ClassMessage:
		h.well() // it answers, so it is well
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

// keep leaves the delivery at the head of the line, and disables the webhook where
// that is the verdict.
func (h *State) keep(f *Attempted) {
	if f.Verdict.disables() {
		h.disable(f)
	}
	if f.Source == SourceTest {
		h.advance(f.Source, f.Delivery)
		return
	}
	if !h.heads(f.Source, f.Delivery) {
		if h.gone(f.Source, f.Delivery) {
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

// gone says that nobody waits for the delivery any more: a replay that was stopped
// while it was being made.
func (h *State) gone(l Source, id protocol.DeliveryID) bool {
	switch l {
	case SourceReplay:
		return h.replay == nil || h.replay.After >= id
	case SourceRedelivery:
		return !h.waits(id)
	}
	return h.cursor >= id
}

func (h *State) waits(id protocol.DeliveryID) bool {
	for _, q := range h.queue {
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
	h.edition++
	h.reason = reasonGone
	if f.Verdict == VerdictExhausted {
		h.reason = reasonExhausted
	}
}

// The reasons why a webhook is disabled by itself.
const (
	reasonGone      = "The endpoint answered 410 Gone"
	reasonExhausted = "The endpoint has failed for 5 days"
)
