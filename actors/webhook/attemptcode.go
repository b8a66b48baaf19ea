package webhook

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"

	"partyline/protocol"
)

// The body of a stored attempt, some 50 bytes for one that was accepted:
//
//	uvarint  at, in milliseconds since 1970
//	varint   began minus at
//	uvarint  took, in milliseconds
//	uvarint  delivery
//	byte     lane
//	byte     1 for a probe, else 0
//	text     event
//	uvarint  session
//	uvarint  number
//	uvarint  status
//	text     failure
//	text     error
//	text     excerpt
//	byte     class
//	byte     verdict
//	uvarint  due, in milliseconds since 1970, 0 for none
//
// A text is a uvarint length and UTF-8 bytes.

func appendAttempted(dst []byte, f *Attempted) []byte {
	dst = binary.AppendUvarint(dst, uint64(f.At))
	dst = binary.AppendVarint(dst, int64(f.Began-f.At))
	dst = binary.AppendUvarint(dst, uint64(f.Took))
	dst = binary.AppendUvarint(dst, uint64(f.Delivery))
	var probe byte
	if f.Probe {
		probe = 1
	}
	dst = append(dst, byte(f.Lane), probe)
	dst = appendText(dst, string(f.Event))
	dst = binary.AppendUvarint(dst, uint64(f.Session))
	dst = binary.AppendUvarint(dst, uint64(f.Number))
	dst = binary.AppendUvarint(dst, uint64(f.Status))
	dst = appendText(dst, string(f.Failure))
	dst = appendText(dst, f.Error)
	dst = appendText(dst, f.Excerpt)
	dst = append(dst, byte(f.Class), byte(f.Verdict))
	return binary.AppendUvarint(dst, uint64(f.Due))
}

func appendText(dst []byte, s string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

func readAttempted(b []byte) (*Attempted, error) {
	r := reader{rest: b}
	f := &Attempted{At: protocol.Timestamp(r.number(uint64(maxMoment)))}
	f.Began = f.At + protocol.Timestamp(r.varint())
	f.Took = r.number(math.MaxInt64)
	f.Delivery = protocol.DeliveryID(r.number(math.MaxInt64))
	f.Lane, f.Probe = Lane(r.byte()), r.flag()
	f.Event = protocol.EventType(r.text())
	f.Session = protocol.SessionID(r.number(math.MaxInt64))
	f.Number = int(r.number(math.MaxInt32))
	f.Status = int(r.number(math.MaxInt16))
	f.Failure, f.Error, f.Excerpt = Failure(r.text()), r.text(), r.text()
	f.Class, f.Verdict = Class(r.byte()), Verdict(r.byte())
	f.Due = protocol.Timestamp(r.number(uint64(maxMoment)))
	if r.bad || len(r.rest) > 0 || !f.sound() {
		return nil, fmt.Errorf("%w: a damaged attempt", errFact)
	}
	return f, nil
}

func (f *Attempted) sound() bool {
	return f.At > 0 && f.Began >= 0 && f.Began <= maxMoment && f.Delivery > 0 && f.Number > 0 && f.Lane.known() &&
		f.Class >= ClassFine && f.Class <= ClassStale && f.Verdict >= VerdictDelivered && f.Verdict <= VerdictDropped
}

// reader takes values off the front of bytes that may be damaged. After the first
// value that is not there bad is set and everything reads as zero.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) fail() { r.rest, r.bad = nil, true }

func (r *reader) number(most uint64) int64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > most {
		r.fail()
		return 0
	}
	r.rest = r.rest[n:]
	return int64(v)
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

func (r *reader) flag() bool {
	b := r.byte()
	if b > 1 {
		r.fail()
	}
	return b == 1
}

func (r *reader) text() string {
	n := int(r.number(math.MaxInt32))
	if n > len(r.rest) || !utf8.Valid(r.rest[:n]) {
		r.fail()
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}
