package webhook

import "partyline/protocol"

// DeadLetterHead is the command that makes the head a dead letter without a further attempt,
// because its event cannot be read. It is recorded as a failed attempt, so it stands in the
// log and among the dead deliveries, and can be asked for again when the data is whole again.
type DeadLetterHead struct {
	Source   Source
	Delivery protocol.DeliveryID
	Failure  Failure
	// Reason is the sentence in the log.
	Reason string
}

// Check implements protocol.Command.
func (*DeadLetterHead) Check() *protocol.Error { return nil }

// decideDeadLetterHead does nothing for a delivery that is not the head any more. The failure
// does not count as one of the endpoint.
func (s *State) decideDeadLetterHead(dst []Fact, c *DeadLetterHead, now protocol.Timestamp) []Fact {
	if !s.isHead(c.Source, c.Delivery) {
		return dst
	}
	return append(dst, &Attempted{
		At: now, Began: now, Delivery: c.Delivery, Source: c.Source, Event: s.head.Event, Session: s.head.Session, Number: s.head.Attempts + 1,
		Failure: c.Failure, Error: clipped(c.Reason), Class: ClassStale, Verdict: VerdictDead,
	})
}
