package standings

import (
	"math"

	"partyline/actors/codec"
	"partyline/protocol"
)

// reader takes a snapshot apart; see codec.Reader.
type reader struct{ codec.Reader }

func (r *reader) evening() *evening {
	e := &evening{created: protocol.Timestamp(r.Varint())}
	flags := r.Byte()
	if flags&^(flagClosed|flagNotes|flagJoin) != 0 {
		r.Fail()
	}
	if flags&flagClosed != 0 {
		at := protocol.Timestamp(r.Varint())
		e.closed = &at
	}
	if flags&flagNotes != 0 {
		notes := string(r.Bytes(len(r.Rest)))
		e.notes = &notes
	}
	if flags&flagJoin != 0 {
		e.join = r.joining(e.closed != nil)
	}
	e.playings = int(r.ID())
	e.tallies = r.tallies()
	return e
}

// joining reads a code that is open; it is no code of a session that is over.
func (r *reader) joining(over bool) joining {
	generation := r.ID()
	code, ok := protocol.NormalizeJoinCode(string(r.Bytes(len(r.Rest))))
	if over || !ok || generation < 1 || generation > math.MaxUint32 {
		r.Fail()
	}
	return joining{protocol.JoinGeneration(generation), code}
}

func (r *reader) tallies() []gameTally {
	n := r.count(leastTally)
	list := make([]gameTally, 0, n)
	game := int64(0)
	for ; n > 0 && !r.Failed; n-- {
		game = r.after(game)
		list = append(list, gameTally{protocol.GameID(game), tally{r.ID(), r.ID(), r.ID()}})
	}
	return list
}

// count reads how many things follow that take at least so many bytes each.
func (r *reader) count(least int) int {
	n := r.ID()
	if n > int64(len(r.Rest)/least) {
		r.Fail()
		return 0
	}
	return int(n)
}

// after reads a distance to the number before, at least 1.
func (r *reader) after(before int64) int64 {
	n := r.ID()
	if n < 1 || n > math.MaxInt64-before {
		r.Fail()
		return 0
	}
	return before + n
}
