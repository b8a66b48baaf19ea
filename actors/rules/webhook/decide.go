package webhook

import (
	"slices"
	"time"

	"partyline/protocol"
)

// Decide turns a checked command into facts, appended to dst, or refuses it. The state
// is not changed.
func (s *State) Decide(dst []Fact, cmd protocol.Command, m protocol.ClockReading) ([]Fact, *protocol.Error) {
	now := m.Wall
	if c, ok := cmd.(protocol.CreateWebhook); ok {
		return s.decideCreate(dst, c, now)
	}
	if s.phase != phaseAlive {
		return dst, protocol.NotFound("Webhook")
	}
	if s.FromBackup() {
		if err := checkFromBackup(cmd); err != nil {
			return dst, err
		}
	}
	switch c := cmd.(type) {
	case *RecordAttempt:
		return s.decideAttempt(dst, c, m)
	case *Expire:
		return s.decideExpire(dst, c, now), nil
	case *DeadLetterHead:
		return s.decideDeadLetterHead(dst, c, now), nil
	case *Skip:
		return append(dst, &Skipped{At: now, Source: c.Source, Through: c.Through}), nil
	case *Disable:
		return append(dst, &Disabled{At: now, Reason: c.Reason, Epoch: s.restored}), nil
	case protocol.UpdateWebhook:
		return append(dst, s.updated(c, now)), nil
	case protocol.DeleteWebhook:
		return append(dst, &Deleted{At: now}), nil
	case protocol.TestWebhook:
		return s.decideTest(dst, now)
	case protocol.RotateSecret:
		return append(dst, rotated(c, now)), nil
	case protocol.Redeliver:
		return s.decideRedeliver(dst, c, now)
	case protocol.ReplayWebhook:
		return s.decideReplay(dst, c, now)
	case protocol.StopReplay:
		return append(dst, &ReplayStopped{At: now}), nil
	}
	return dst, protocol.Errorf(protocol.CodeInternal, "a webhook does not know %T", cmd)
}

func (s *State) decideCreate(dst []Fact, c protocol.CreateWebhook, now protocol.Timestamp) ([]Fact, *protocol.Error) {
	if s.phase != phaseNew {
		return dst, protocol.Errorf(protocol.CodeConflict, "Webhook exists already")
	}
	return append(dst, &Created{
		At: now, Name: c.Name, URL: c.URL, Secret: c.Secret, Events: distinct(c.Events.Types), Sessions: distinct(c.Sessions),
		RateLimit: c.RateLimit, Reached: c.Head, Epoch: s.restored,
	}), nil
}

func (s *State) updated(c protocol.UpdateWebhook, now protocol.Timestamp) *Updated {
	f := &Updated{At: now, Name: c.Name, URL: c.URL, Secret: c.Secret, Enabled: c.Enabled, Reached: c.Head}
	if c.Events.Set {
		events := distinct(c.Events.Types)
		f.Events = &events
	}
	if c.Sessions.Set {
		sessions := []protocol.SessionID{}
		if c.Sessions.Value != nil {
			sessions = distinct(*c.Sessions.Value)
		}
		f.Sessions = &sessions
	}
	if c.RateLimit.Set {
		f.RateLimit = new(int)
		if c.RateLimit.Value != nil {
			*f.RateLimit = *c.RateLimit.Value
		}
	}
	return f
}

func rotated(c protocol.RotateSecret, now protocol.Timestamp) *SecretRotated {
	overlap := protocol.SecretOverlap
	if c.Overlap != nil {
		overlap = time.Duration(*c.Overlap)
	}
	return &SecretRotated{At: now, Secret: c.Secret, Until: now + protocol.Timestamp(overlap.Milliseconds())}
}

// decideTest takes a test out of the order when deliveries are held up: whoever asks for
// a test wants to see now how the endpoint answers.
func (s *State) decideTest(dst []Fact, now protocol.Timestamp) ([]Fact, *protocol.Error) {
	aside := !s.enabled || s.head != nil
	if aside && len(s.tests) >= maxTests {
		return dst, protocol.Errorf(protocol.CodeTooMany, "%d test events of this webhook are waiting already", maxTests)
	}
	return append(dst, &Tested{At: now, Aside: aside}), nil
}

func (s *State) decideRedeliver(dst []Fact, c protocol.Redeliver, now protocol.Timestamp) ([]Fact, *protocol.Error) {
	switch {
	case !s.enabled:
		return dst, errDisabled()
	case s.head != nil && s.head.Delivery == c.DeliveryID:
		return append(dst, &RedeliveryQueued{At: now, Delivery: c.DeliveryID}), nil
	case c.DeliveryID > s.cursor:
		return dst, protocol.Errorf(protocol.CodeConflict, "This delivery has not been attempted yet")
	case len(s.redeliveries) >= maxRedeliveries:
		return dst, protocol.Errorf(protocol.CodeConflict, "%d redeliveries of this webhook are waiting already", len(s.redeliveries))
	case slices.Contains(s.redeliveries, c.DeliveryID):
		return dst, nil
	}
	return append(dst, &RedeliveryQueued{At: now, Delivery: c.DeliveryID}), nil
}

func (s *State) decideReplay(dst []Fact, c protocol.ReplayWebhook, now protocol.Timestamp) ([]Fact, *protocol.Error) {
	switch {
	case !s.enabled:
		return dst, errDisabled()
	case c.Failed && len(s.redeliveries) > maxRedeliveries-maxDead:
		return dst, protocol.Errorf(protocol.CodeConflict, "%d redeliveries of this webhook are waiting already", len(s.redeliveries))
	case c.Failed && len(s.dead) == 0:
		return dst, nil
	case c.Failed:
		return append(dst, &DeadRequeued{At: now}), nil
	case s.replay != nil:
		return dst, protocol.Errorf(protocol.CodeConflict, "A replay of this webhook is running. Stop it first.")
	case c.From >= c.Until:
		return dst, nil
	}
	return append(dst, &ReplayStarted{At: now, After: c.From, Until: c.Until}), nil
}

func errDisabled() *protocol.Error {
	return protocol.Errorf(protocol.CodeConflict, "The webhook is disabled. Enable it first.")
}

// distinct copies the list without repetitions, in order.
func distinct[T comparable](list []T) []T {
	out := make([]T, 0, len(list))
	for _, v := range list {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
