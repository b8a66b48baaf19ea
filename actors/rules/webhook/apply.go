package webhook

import (
	"slices"

	"partyline/protocol"
)

// Apply changes the state by a fact. Facts that do not fit the state, which a stream
// of ours never holds, change nothing.
func (s *State) Apply(f Fact, seq protocol.Seq) {
	if c, ok := f.(*Created); ok && s.phase == phaseNew {
		s.applyCreated(c)
		return
	}
	if _, ok := f.(*Deleted); ok {
		*s = State{id: s.id, restored: s.restored, phase: phaseDeleted}
		return
	}
	if s.phase != phaseAlive {
		return
	}
	switch f := f.(type) {
	case *Attempted:
		s.applyAttempted(f)
	case *Skipped:
		s.applySkipped(f)
	case *Updated:
		s.applyUpdated(f)
	case *Disabled:
		s.applyDisabled(f)
	case *SecretRotated:
		s.applyRotated(f)
	case *Tested:
		if f.Aside {
			s.tests = append(s.tests, seq)
		}
	case *RedeliveryQueued:
		s.applyRedelivery(f.Delivery)
	case *DeadRequeued:
		s.applyDeadRequeued()
	case *ReplayStarted:
		s.replay = &Replay{Number: seq, After: f.After, Until: f.Until}
	case *ReplayStopped:
		s.applyReplayStopped()
	}
}

func (s *State) applyCreated(f *Created) {
	s.phase, s.created, s.cursor, s.epoch = phaseAlive, f.At, f.Reached, f.Epoch
	s.config = config{
		name: f.Name, url: f.URL, secrets: []secret{{Value: f.Secret}}, enabled: true,
		filter: Filter{Events: f.Events, Sessions: f.Sessions},
	}
	if f.RateLimit != nil {
		s.rate = *f.RateLimit
	}
}

func (s *State) applyUpdated(f *Updated) {
	set(&s.name, f.Name)
	set(&s.filter.Events, f.Events)
	set(&s.filter.Sessions, f.Sessions)
	set(&s.rate, f.RateLimit)
	if f.Secret != nil {
		s.secrets = []secret{{Value: *f.Secret}}
	}
	if f.URL != nil || f.Secret != nil || f.Enabled != nil && *f.Enabled != s.enabled {
		s.resetRetries()
	}
	set(&s.url, f.URL)
	if f.Enabled != nil && *f.Enabled != s.enabled {
		s.enabled, s.reason = *f.Enabled, ""
		if !s.enabled {
			s.reason = reasonAsked
		}
	}
	if s.head == nil || s.head.Source != SourceLive {
		s.cursor = max(s.cursor, f.Reached)
	} else if !s.wanted(s.head) {
		s.advance(s.head.Source, s.head.Delivery)
	}
}

func (s *State) applyDisabled(f *Disabled) {
	if f.Epoch != "" {
		s.epoch = f.Epoch
	}
	if s.tests = nil; s.enabled {
		s.resetRetries()
		s.enabled, s.reason = false, f.Reason
	}
}

// reasonAsked is why a webhook is disabled that an admin has disabled.
const reasonAsked = "Disabled by an admin"

// resetRetries makes the head due at once and clears the failures: they were those of
// another address or secret.
func (s *State) resetRetries() {
	s.configVersion++
	s.resetFailures()
	if s.head != nil {
		s.head.Due, s.head.Tries, s.head.Probe = 0, 0, false
	}
}

// applyRotated keeps the earlier secrets until the overlap is over, and no longer than
// they would have been used anyway. Expired ones are dropped.
func (h *State) applyRotated(f *SecretRotated) {
	secrets := []secret{{Value: f.Secret}}
	for _, s := range h.secrets {
		if s.Until == 0 || s.Until > f.Until {
			s.Until = f.Until
		}
		if s.Until > f.At && s.Value != f.Secret && len(secrets) < maxSecrets {
			secrets = append(secrets, s)
		}
	}
	h.secrets = secrets
	h.resetRetries()
}

// maxSecrets bounds the signatures in one header, one for each secret.
const maxSecrets = 4

func (s *State) applyRedelivery(id protocol.DeliveryID) {
	if s.head != nil && s.head.Delivery == id {
		s.head.Due = 0
		return
	}
	if !slices.Contains(s.redeliveries, id) {
		s.redeliveries = append(s.redeliveries, id)
	}
}

// applyDeadRequeued looks each id up in a set: there may be thousands on both sides.
func (s *State) applyDeadRequeued() {
	waiting := make(map[protocol.DeliveryID]bool, len(s.redeliveries)+1)
	for _, id := range s.redeliveries {
		waiting[id] = true
	}
	if s.head != nil {
		waiting[s.head.Delivery] = true
	}
	for _, id := range s.dead {
		if !waiting[id] {
			s.redeliveries = append(s.redeliveries, id)
		}
	}
}

func (s *State) applyReplayStopped() {
	s.replay, s.redeliveries = nil, nil
	if s.head != nil && s.head.Source != SourceLive {
		s.head = nil
	}
}

func (s *State) applySkipped(f *Skipped) {
	s.advance(f.Source, f.Through)
}

// advance moves a source past a delivery.
func (s *State) advance(l Source, id protocol.DeliveryID) {
	if s.head != nil && s.head.Source == l && s.head.Delivery <= id {
		s.head = nil
	}
	switch l {
	case SourceLive:
		s.cursor = max(s.cursor, id)
	case SourceRedelivery:
		if i := slices.Index(s.redeliveries, id); i == 0 {
			s.redeliveries = s.redeliveries[1:]
		} else if i > 0 {
			s.redeliveries = slices.Delete(s.redeliveries, i, i+1)
		}
	case SourceReplay:
		s.advanceReplay(id)
	case SourceTest:
		if len(s.tests) > 0 {
			s.tests = s.tests[1:]
		}
	}
}

func (s *State) advanceReplay(id protocol.DeliveryID) {
	if s.replay == nil {
		return
	}
	s.replay.After = max(s.replay.After, id)
	if s.replay.After >= s.replay.Until {
		s.replay = nil
	}
}

func set[T any](field *T, v *T) {
	if v != nil {
		*field = *v
	}
}
