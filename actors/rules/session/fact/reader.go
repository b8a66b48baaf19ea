package fact

import (
	"partyline/actors/codec"
	"partyline/protocol"
)

// Reader reads facts and snapshots; see codec.Reader.
type Reader struct{ codec.Reader }

// NewReader makes a Reader of b.
func NewReader(b []byte) Reader { return Reader{codec.Reader{Rest: b}} }

// Timestamp reads a timestamp up to MaxTimestamp.
func (r *Reader) Timestamp() protocol.Timestamp {
	return protocol.Timestamp(r.UvarintAtMost(uint64(MaxTimestamp)))
}

// Length reads a length or count of at most most.
func (r *Reader) Length(most int) int { return int(r.UvarintAtMost(uint64(most))) }
