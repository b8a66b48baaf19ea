package webhook

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"

	"partyline/actors/codec"
	"partyline/protocol"
)

// The body of a stored attempt, some 50 bytes for one that was accepted:
//
//	uvarint  at, in milliseconds since 1970
//	varint   began minus at
//	uvarint  took, in milliseconds
//	uvarint  delivery
//	byte     source
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
	dst = append(dst, byte(f.Source), probe)
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
	r := reader{codec.Reader{Rest: b}}
	f := &Attempted{At: r.moment()}
	f.Began = f.At + protocol.Timestamp(r.Varint())
	f.Took = r.ID()
	f.Delivery = protocol.DeliveryID(r.ID())
	f.Source, f.Probe = Source(r.Byte()), r.Bool()
	f.Event = protocol.EventType(r.text())
	f.Session = protocol.SessionID(r.ID())
	f.Number = int(r.UvarintAtMost(math.MaxInt32))
	f.Status = int(r.UvarintAtMost(math.MaxInt16))
	f.Failure, f.Error, f.Excerpt = Failure(r.text()), r.text(), r.text()
	f.Class, f.Verdict = FailureClass(r.Byte()), Verdict(r.Byte())
	f.Due = r.moment()
	if !r.Done() || !f.valid() {
		return nil, fmt.Errorf("%w: a damaged attempt", errFact)
	}
	return f, nil
}

func (f *Attempted) valid() bool {
	return f.At > 0 && f.Began >= 0 && f.Began <= maxMoment && f.Delivery > 0 && f.Number > 0 && f.Source.known() &&
		f.Class >= ClassSuccess && f.Class <= ClassStale && f.Verdict >= VerdictDelivered && f.Verdict <= VerdictDropped
}

// reader reads attempts; see codec.Reader.
type reader struct{ codec.Reader }

func (r *reader) moment() protocol.Timestamp {
	return protocol.Timestamp(r.UvarintAtMost(uint64(maxMoment)))
}

func (r *reader) text() string {
	b := r.Bytes(math.MaxInt32)
	if !utf8.Valid(b) {
		r.Fail()
		return ""
	}
	return string(b)
}
