package standings

import (
	"encoding/binary"
	"errors"
	"math"

	"partyline/protocol"
)

// reader takes a snapshot apart. After the first mistake err is set and everything
// reads as zero.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail(why string) {
	if r.err == nil {
		r.err = errors.New(why)
	}
	r.rest = nil
}

func (r *reader) evening() *evening {
	e := &evening{created: protocol.Timestamp(r.signed())}
	flags := r.byte()
	if flags&^(flagClosed|flagNotes|flagJoin) != 0 {
		r.fail("unknown flags")
	}
	if flags&flagClosed != 0 {
		at := protocol.Timestamp(r.signed())
		e.closed = &at
	}
	if flags&flagNotes != 0 {
		notes := string(r.bytes(r.count(1)))
		e.notes = &notes
	}
	if flags&flagJoin != 0 {
		e.join = r.joining(e.closed != nil)
	}
	e.playings = int(r.number())
	e.tallies = r.tallies()
	return e
}

// joining reads a code that is open; it is no code of a session that is over.
func (r *reader) joining(over bool) joining {
	generation := r.number()
	code, ok := protocol.FoldJoinCode(string(r.bytes(r.count(1))))
	if over || !ok || generation < 1 || generation > math.MaxUint32 {
		r.fail("not a code")
	}
	return joining{protocol.Generation(generation), code}
}

func (r *reader) tallies() []gameTally {
	n := r.count(leastTally)
	list := make([]gameTally, 0, n)
	game := int64(0)
	for ; n > 0 && r.err == nil; n-- {
		game = r.after(game)
		list = append(list, gameTally{protocol.GameID(game), tally{r.number(), r.number(), r.number()}})
	}
	return list
}

// count reads how many things follow that take at least so many bytes each.
func (r *reader) count(least int) int {
	n := r.number()
	if n > int64(len(r.rest)/least) {
		r.fail("a count beyond the end")
		return 0
	}
	return int(n)
}

// after reads a distance to the number before, at least 1.
func (r *reader) after(before int64) int64 {
	n := r.number()
	if n < 1 || n > math.MaxInt64-before {
		r.fail("ids that do not ascend")
		return 0
	}
	return before + n
}

func (r *reader) number() int64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > math.MaxInt64 {
		r.fail("not a number")
		return 0
	}
	r.rest = r.rest[n:]
	return int64(v)
}

func (r *reader) signed() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.fail("not a number")
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) byte() byte {
	b := r.bytes(1)
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.rest) {
		r.fail("cut short")
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}
