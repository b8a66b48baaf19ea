package feed

import "partyline/protocol"

// Replayed is an event read back from the journal, for a cursor that is older
// than the ring: the same bytes that Publish was given.
type StoredEvent struct {
	Seq protocol.Seq
	// Event is the complete JSON, valid until the next step of the iteration it came from.
	Event []byte
}
