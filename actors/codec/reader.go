package codec

import (
	"encoding/binary"
	"math"
)

// Reader reads values off the front of Rest. After the first value that is missing or out of
// range, Failed is set and everything reads as zero, so callers check once, at the end.
type Reader struct {
	Rest   []byte
	Failed bool
}

// Fail marks the data as damaged.
func (r *Reader) Fail() { r.Rest, r.Failed = nil, true }

// Done is true when every value could be read and nothing is left.
func (r *Reader) Done() bool { return !r.Failed && len(r.Rest) == 0 }

// Uvarint reads an unsigned varint.
func (r *Reader) Uvarint() uint64 { return r.UvarintAtMost(math.MaxUint64) }

// UvarintAtMost reads an unsigned varint that is not above most.
func (r *Reader) UvarintAtMost(most uint64) uint64 {
	v, n := binary.Uvarint(r.Rest)
	if n <= 0 || v > most {
		r.Fail()
		return 0
	}
	r.Rest = r.Rest[n:]
	return v
}

// ID reads an unsigned varint that fits an id.
func (r *Reader) ID() int64 { return int64(r.UvarintAtMost(math.MaxInt64)) }

// Varint reads a signed varint.
func (r *Reader) Varint() int64 {
	v, n := binary.Varint(r.Rest)
	if n <= 0 {
		r.Fail()
		return 0
	}
	r.Rest = r.Rest[n:]
	return v
}

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if len(r.Rest) == 0 {
		r.Fail()
		return 0
	}
	b := r.Rest[0]
	r.Rest = r.Rest[1:]
	return b
}

// Flag reads a byte that is 0 or 1.
func (r *Reader) Bool() bool {
	b := r.Byte()
	if b > 1 {
		r.Fail()
	}
	return b == 1
}

// Take reads the next n bytes. They are a part of Rest, not copied.
func (r *Reader) Take(n int) []byte {
	if n < 0 || n > len(r.Rest) {
		r.Fail()
		return nil
	}
	b := r.Rest[:n]
	r.Rest = r.Rest[n:]
	return b
}

// Bytes reads a length that is not above most, and that many bytes.
func (r *Reader) Bytes(most int) []byte { return r.Take(int(r.UvarintAtMost(uint64(most)))) }
