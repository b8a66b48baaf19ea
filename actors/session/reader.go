package session

import (
	"partyline/actors/codec"
	"partyline/protocol"
)

// reader reads facts and snapshots; see codec.Reader.
type reader struct{ codec.Reader }

func read(b []byte) reader { return reader{codec.Reader{Rest: b}} }

// moment reads a timestamp up to maxMoment.
func (r *reader) moment() protocol.Timestamp {
	return protocol.Timestamp(r.UvarintAtMost(uint64(maxMoment)))
}

// length reads a length or count of at most most.
func (r *reader) length(most int) int { return int(r.UvarintAtMost(uint64(most))) }
