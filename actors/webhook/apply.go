package webhook

import (
	"slices"

	"partyline/protocol"
)

// Apply changes the state by a fact. Facts that do not fit the state, which a stream
// of ours never holds, change nothing.
func (h *State) Apply(f Fact, seq protocol.Seq) {
	if c, ok := f.(*Created); ok && h.phase == phaseNew {
		h.applyCreated(c)
		return
	}
	if _, ok := f.(*Deleted); ok {
		*h = State{id: h.id, restored: h.restored, phase: phaseDeleted}
		return
	}
	if h.phase != phaseAlive {
		return
	}
	switch f := f.(type) {
	case *Attempted:
		h.applyAttempted(f)
	case *Skipped:
		h.applySkipped(f)
	case *Updated:
		h.applyUpdated(f)
	case *Disabled:
		h.applyDisabled(f)
	case *SecretRotated:
		h.applyRotated(f)
	case *Tested:
		if f.Aside {
			h.tests = append(h.tests, seq)
		}
	case *RedeliveryQueued:
		h.applyRedelivery(f.Delivery)
	case *DeadRequeued:
		h.applyDeadRequeued()
	case *ReplayStarted:
		h.replay = &Replay{Number: seq, After: f.After, Until: f.Until}
	case *ReplayStopped:
		h.applyReplayStopped()
	}
}

func (h *State) applyCreated(f *Created) {
	h.phase, h.created, h.cursor, h.epoch = phaseAlive, f.At, f.Reached, f.Epoch
	h.config = config{
		name: f.Name, url: f.URL, secrets: []secret{{Value: f.Secret}}, enabled: true,
		filter: Filter{Events: f.Events, Sessions: f.Sessions},
	}
	if f.RateLimit != nil {
		h.rate = *f.RateLimit
	}
}

func (h *State) applyUpdated(f *Updated) {
	set(&h.name, f.Name)
	set(&h.filter.Events, f.Events)
	set(&h.filter.Sessions, f.Sessions)
	set(&h.rate, f.RateLimit)
	if f.Secret != nil {
		h.secrets = []secret{{Value: *f.Secret}}
	}
	if f.URL != nil || f.Secret != nil || f.Enabled != nil && *f.Enabled != h.enabled {
		h.resetRetries()
	}
	set(&h.url, f.URL)
	if f.Enabled != nil && *f.Enabled != h.enabled {
		h.enabled, h.reason = *f.Enabled, ""
		if !h.enabled {
			h.reason = reasonAsked
		}
	}
	if h.head == nil || h.head.Source != SourceLive {
		h.cursor = max(h.cursor, f.Reached)
	} else if !h.wanted(h.head) {
		h.advance(h.head.Source, h.head.Delivery)
	}
}

func (h *State) applyDisabled(f *Disabled) {
	if f.Epoch != "" {
		h.epoch = f.Epoch
	}
	if h.tests = nil; h.enabled {
		h.resetRetries()
		h.enabled, h.reason = false, f.Reason
	}
}

// reasonAsked is why a webhook is disabled that an admin has disabled.
const reasonAsked = "Disabled by an admin"

// resetRetries makes the head due at once and clears the failures: they were those of
// another address or secret.
func (h *State) resetRetries() {
	h.configVersion++
	h.resetFailures()
	if h.head != nil {
		h.head.Due, h.head.Tries, h.head.Probe = 0, 0, false
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

func (h *State) applyRedelivery(id protocol.DeliveryID) {
	if h.head != nil && h.head.Delivery == id {
		h.head.Due = 0
		return
	}
	if !slices.Contains(h.redeliveries, id) {
		h.redeliveries = append(h.redeliveries, id)
	}
}

// applyDeadRequeued looks each id up in a set: there may be thousands on both sides.
func (h *State) applyDeadRequeued() {
	waiting := make(map[protocol.DeliveryID]bool, len(h.redeliveries)+1)
	for _, id := range h.redeliveries {
		waiting[id] = true
	}
	if h.head != nil {
		waiting[h.head.Delivery] = true
	}
	for _, id := range h.dead {
		if !waiting[id] {
			h.redeliveries = append(h.redeliveries, id)
		}
	}
}

func (h *State) applyReplayStopped() {
	h.replay, h.redeliveries = nil, nil
	if h.head != nil && h.head.Source != SourceLive {
		h.head = nil
	}
}

func (h *State) applySkipped(f *Skipped) {
	h.advance(f.Source, f.Through)
}

// advance moves a source past a delivery.
func (h *State) advance(l Source, id protocol.DeliveryID) {
	if h.head != nil && h.head.Source == l && h.head.Delivery <= id {
		h.head = nil
	}
	switch l {
	case SourceLive:
		h.cursor = max(h.cursor, id)
	case SourceRedelivery:
		if i := slices.Index(h.redeliveries, id); i == 0 {
			h.redeliveries = h.redeliveries[1:]
		} else if i > 0 {
			h.redeliveries = slices.Delete(h.redeliveries, i, i+1)
		}
	case SourceReplay:
		h.advanceReplay(id)
	case SourceTest:
		if len(h.tests) > 0 {
			h.tests = h.tests[1:]
		}
	}
}

func (h *State) advanceReplay(id protocol.DeliveryID) {
	if h.replay == nil {
		return
	}
	h.replay.After = max(h.replay.After, id)
	if h.replay.After >= h.replay.Until {
		h.replay = nil
	}
}

func set[T any](field *T, v *T) {
	if v != nil {
		*field = *v
	}
}
