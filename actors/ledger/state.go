package ledger

import "partyline/protocol"

// State is a pure state machine: all the rules of one kind of thing, and no machinery.
// Decide checks a command and returns the facts that it brings about, without changing
// anything. Apply changes the state by one fact that was decided. Publish appends the event
// that tells of a fact; it is called right after the fact was applied. Applying the facts
// of a stream again gives the same state again.
type State[F any] interface {
	Decide(dst []F, cmd protocol.Command, now protocol.ClockReading) ([]F, *protocol.Error)
	Apply(fact F, seq protocol.Seq)
	Publish(dst []byte, fact F, seq protocol.Seq) []byte
	Answer(cmd protocol.Command, facts []F) any
	AppendSnapshot(dst []byte) []byte
	Restore(data []byte) error
}

// Kind describes one kind of state to its ledgers.
type Kind[F any, S State[F]] struct {
	New        func() S
	AppendFact func(dst []byte, fact F) []byte
	ReadFact   func(b []byte) (F, error)
	// Version is the snapshot's format. Restore also reads the versions from Oldest on, 0 for
	// none; a snapshot of another version is not read.
	Version, Oldest uint32
	// SnapshotEvery is how many facts after the last snapshot a new one is taken under load;
	// 0 is snapshotUnderLoad, or more for a long stream.
	SnapshotEvery protocol.Seq
	// HoldsAll says of a fact that it holds the whole state: the records before it may be
	// trimmed. nil when none does.
	HoldsAll func(fact F) bool
}

// reads says whether Restore reads snapshots of a version.
func (k *Kind[F, S]) reads(version uint32) bool {
	return version == k.Version || k.Oldest != 0 && k.Oldest <= version && version < k.Version
}

func (k *Kind[F, S]) holdsAll(fact F) bool { return k.HoldsAll != nil && k.HoldsAll(fact) }

// Hooks are called by a ledger on its actor's goroutine. They must not block.
type Hooks[F any, S State[F]] struct {
	// OnDurable is called with each fact that is on disk, in order, before the answer that
	// tells of it leaves.
	OnDurable func(fact F)
	// Publish is called with the events of durable facts, in order, after the answers; last
	// is the sequence number of the last of them.
	Publish func(events [][]byte, last protocol.Seq)
	// OnLoaded is called after each load from the journal.
	OnLoaded func(S)
}
