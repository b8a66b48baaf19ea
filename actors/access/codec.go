package access

import (
	"encoding/json"
	"errors"
	"fmt"

	"partyline/actors/codec"
)

// A stored fact is one byte, its kind, and the JSON of its struct. Kinds are for ever.
const (
	kindIssued  byte = 1
	kindRevoked byte = 2
)

var errNoFact = errors.New("access: an empty fact")

// AppendFact appends the stored form of a fact to dst.
func AppendFact(dst []byte, f Fact) []byte {
	switch f.(type) {
	case *Issued:
		return appendJSON(append(dst, kindIssued), f)
	case *Revoked:
		return appendJSON(append(dst, kindRevoked), f)
	}
	panic(fmt.Sprintf("access: no kind for %T", f))
}

// ReadFact reads what AppendFact wrote. It never panics: anything else is an error, an
// unknown kind one that says the data is of a newer version.
func ReadFact(b []byte) (Fact, error) {
	if len(b) == 0 {
		return nil, errNoFact
	}
	var f Fact
	switch b[0] {
	case kindIssued:
		f = &Issued{}
	case kindRevoked:
		f = &Revoked{}
	default:
		return nil, fmt.Errorf("access: fact of kind %d: written by a newer version", b[0])
	}
	if err := codec.ReadJSON(b[1:], f); err != nil {
		return nil, fmt.Errorf("access: fact of kind %d: %w", b[0], err)
	}
	if issued, ok := f.(*Issued); ok && issued.ID < 1 {
		return nil, fmt.Errorf("access: token %d: not an id", issued.ID)
	}
	return f, nil
}

func appendJSON(dst []byte, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		// Facts and snapshots are structs of plain values: there is nothing to fail on.
		panic("access: " + err.Error())
	}
	return append(dst, b...)
}
