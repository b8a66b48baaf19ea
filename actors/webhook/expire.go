package webhook

import "partyline/protocol"

// LeaveOut tells the state of events of the main lane that have waited for too long. They
// are set aside as if they had been tried in vain, so they stand in the log and among the
// dead deliveries, and can be asked for again.
type Expire struct {
	Events []Waited
	// Reason is the sentence of the log.
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

// decideLeaveOut passes over what is done with, which happens when the answer of a commit
// was lost. No blame falls on the endpoint.
func (h *State) decideLeaveOut(dst []Fact, c *Expire, now protocol.Timestamp) []Fact {
	for _, e := range c.Events {
		if e.Delivery <= h.cursor {
			continue
		}
		dst = append(dst, &Attempted{
			At: now, Began: now, Delivery: e.Delivery, Source: SourceLive, Event: e.Event, Session: e.Session, Number: 1,
			Failure: FailureExpired, Error: clipped(c.Reason), Class: ClassStale, Verdict: VerdictDead,
		})
	}
	return dst
}
