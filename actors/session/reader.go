package session

import (
	"encoding/binary"
	"math"

	"partyline/protocol"
)

// reader takes values off the front of bytes that may be damaged. After the first
// value that is not there bad is set and everything reads as zero.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) fail() {
	r.rest, r.bad = nil, true
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) byte() byte {
	if len(r.rest) == 0 {
		r.fail()
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

// moment reads a timestamp up to maxMoment.
func (r *reader) moment() protocol.Timestamp { return protocol.Timestamp(r.atMost(uint64(maxMoment))) }

// id reads a number that fits an id.
func (r *reader) id() int64 { return int64(r.atMost(math.MaxInt64)) }

// length reads a length or count of at most most.
func (r *reader) length(most int) int { return int(r.atMost(uint64(most))) }

// take returns the next n bytes, a part of what is read.
func (r *reader) take(n int) []byte {
	if n > len(r.rest) {
		r.fail()
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) atMost(most uint64) uint64 {
	v := r.uvarint()
	if v > most {
		r.fail()
		return 0
	}
	return v
}
