package actors

import "partyline/protocol"

// state is what an actor carries: all the rules of one kind of thing, and no
// machinery. Decide changes nothing; Apply changes the state by a fact that was
// decided; Publish makes the event, right after its fact was applied. Replaying the
// facts gives the same state again.
type state[F any] interface {
	Decide(dst []F, cmd protocol.Command, now protocol.ClockReading) ([]F, *protocol.Error)
	Apply(fact F, seq protocol.Seq)
	Publish(dst []byte, fact F, seq protocol.Seq) []byte
	Answer(cmd protocol.Command, facts []F) any
	AppendSnapshot(dst []byte) []byte
	Restore(data []byte) error
}

// species is what the ledger must know of one kind of state.
type kind[F any, H state[F]] struct {
	born       func() H
	appendFact func(dst []byte, fact F) []byte
	readFact   func(b []byte) (F, error)
	// version of the snapshot format; a snapshot of another version is not read.
	version uint32
	// often is the tail, in facts, after which a snapshot is taken under load; 0 is
	// snapshotBusy, or more for a long stream.
	often protocol.Seq
}
