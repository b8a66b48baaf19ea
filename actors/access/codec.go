package access

import (
	"fmt"

	"partyline/actors/codec"
)

var kinds = codec.NewKinds("access", checkFact, map[byte]Fact{
	1: (*Issued)(nil),
	2: (*Revoked)(nil),
})

// AppendFact appends the stored form of a fact to dst.
func AppendFact(dst []byte, f Fact) []byte { return kinds.Append(dst, f) }

// ReadFact reads what AppendFact wrote. It never panics: anything else is an error.
func ReadFact(b []byte) (Fact, error) { return kinds.Read(b) }

func checkFact(f Fact) error {
	if issued, ok := f.(*Issued); ok && issued.ID < 1 {
		return fmt.Errorf("token %d: not an id", issued.ID)
	}
	return nil
}
