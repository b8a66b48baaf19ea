package webhook

import "partyline/protocol"

// applyAttempted moves the source past the delivery, or keeps it as the head.
func (s *State) applyAttempted(f *Attempted) {
	s.counts.Attempts++
	s.recordHealth(f)
	switch f.Verdict {
	case VerdictDelivered:
		s.lastSuccess, s.lastError = f.At, ""
		s.counts.Delivered++
		s.removeDead(f.Delivery)
		s.advance(f.Source, f.Delivery)
	case VerdictDead:
		if f.Source != SourceTest {
			s.counts.Dead++
			s.addDead(f.Delivery)
		}
		s.advance(f.Source, f.Delivery)
	case VerdictDropped:
		s.advance(f.Source, f.Delivery)
	default:
		s.keepHead(f)
	}
	if f.Class != ClassSuccess {
		s.lastError = f.Error
	}
}

// recordHealth counts the failures of the endpoint. A failed test counts for nothing.
func (s *State) recordHealth(f *Attempted) {
	if f.Source == SourceTest && f.Class != ClassSuccess {
		return
	}
	switch f.Class {
	case ClassSuccess, ClassMessage:
		s.resetFailures() // the endpoint answers
	case ClassEndpoint, ClassServer:
		if s.failing == 0 {
			s.failing = f.At
		}
		s.misses++
		if f.Class == ClassEndpoint {
			s.failures++
		}
	}
}

// keepHead makes the delivery the head, and disables the webhook where that is the
// verdict.
func (s *State) keepHead(f *Attempted) {
	if f.Verdict.disables() {
		s.disable(f)
	}
	if f.Source == SourceTest {
		s.advance(f.Source, f.Delivery)
		return
	}
	if !s.isHead(f.Source, f.Delivery) {
		if s.abandoned(f.Source, f.Delivery) {
			return
		}
		s.head = &Head{Delivery: f.Delivery, Source: f.Source, Event: f.Event, Session: f.Session}
	}
	d := s.head
	d.Attempts = f.Number
	d.Due, d.Probe = f.Due, f.Verdict == VerdictProbe
	if !f.Probe && (f.Class == ClassMessage || f.Class == ClassServer) {
		d.Tries++
	}
}

// abandoned reports whether nothing asks for the delivery any more: its replay was
// stopped during the attempt, or it is done already.
func (s *State) abandoned(l Source, id protocol.DeliveryID) bool {
	switch l {
	case SourceReplay:
		return s.replay == nil || s.replay.After >= id
	case SourceRedelivery:
		return !s.redeliveryQueued(id)
	}
	return s.cursor >= id
}

func (s *State) redeliveryQueued(id protocol.DeliveryID) bool {
	for _, q := range s.redeliveries {
		if q == id {
			return true
		}
	}
	return false
}

func (s *State) disable(f *Attempted) {
	if !s.enabled {
		return
	}
	s.enabled = false
	s.configVersion++
	s.reason = reasonGone
	if f.Verdict == VerdictExhausted {
		s.reason = reasonExhausted
	}
}

// The reasons why the hub disables a webhook.
const (
	reasonGone      = "The endpoint answered 410 Gone"
	reasonExhausted = "The endpoint has failed for 5 days"
)
