package webhook

import "partyline/protocol"

// Expire is the command that sets live events aside which have waited for too long. They
// are recorded as failed attempts, so they stand in the log and among the dead
// deliveries, and can be asked for again.
type Expire struct {
	Events []Waited
	// Reason is the sentence in the log.
	Reason string
}

// Waited is an event that was not delivered.
type Waited struct {
	Delivery protocol.DeliveryID
	Event    protocol.EventType
	Session  protocol.SessionID
}

// Check implements protocol.Command.
func (*Expire) Check() *protocol.Error { return nil }

// decideExpire leaves out events that are done already, which happens when the answer of
// a commit was lost. Expired events do not count as failures of the endpoint.
func (s *State) decideExpire(dst []Fact, c *Expire, now protocol.Timestamp) []Fact {
	for _, e := range c.Events {
		if e.Delivery <= s.cursor {
			continue
		}
		dst = append(dst, &Attempted{
			At: now, Began: now, Delivery: e.Delivery, Source: SourceLive, Event: e.Event, Session: e.Session, Number: 1,
			Failure: FailureExpired, Error: clipped(c.Reason), Class: ClassStale, Verdict: VerdictDead,
		})
	}
	return dst
}
