package codec

import (
	"errors"
	"fmt"
	"reflect"
)

// Kinds stores the facts of a state: one byte, the number of the fact's kind, and the JSON
// of its struct. Numbers are for ever: what a kind means never changes, a new meaning is a
// new kind, and one that is no longer written is still read.
type Kinds[F any] struct {
	state string
	// check returns what is wrong with the values of a fact that was read.
	check   func(F) error
	types   [256]reflect.Type // nil for numbers without a kind
	numbers map[reflect.Type]byte
}

// NewKinds makes the table of a state's kinds by number: each is a nil pointer to the
// struct. The state's name begins all errors.
func NewKinds[F any](state string, check func(F) error, kinds map[byte]F) *Kinds[F] {
	k := &Kinds[F]{state: state, check: check, numbers: make(map[reflect.Type]byte, len(kinds))}
	for number, fact := range kinds {
		t := reflect.TypeOf(fact)
		k.types[number], k.numbers[t] = t.Elem(), number
	}
	return k
}

// Append appends the stored form of a fact to dst. Read returns the same fact. It panics
// when the fact's type is not in the table.
func (k *Kinds[F]) Append(dst []byte, fact F) []byte {
	number, ok := k.numbers[reflect.TypeOf(fact)]
	if !ok {
		panic(fmt.Sprintf("%s: no kind for %T", k.state, fact))
	}
	return AppendJSON(append(dst, number), fact)
}

// Read reads what Append wrote, keeping nothing of b. Anything else is an error, an unknown
// kind one that says the data is of a newer version. It never panics.
func (k *Kinds[F]) Read(b []byte) (none F, err error) {
	if len(b) == 0 {
		return none, errors.New(k.state + ": an empty fact")
	}
	t := k.types[b[0]]
	if t == nil {
		return none, fmt.Errorf("%s: fact of kind %d: written by a newer version", k.state, b[0])
	}
	fact := reflect.New(t).Interface().(F)
	if err := ReadJSON(b[1:], fact); err != nil {
		return none, fmt.Errorf("%s: fact of kind %d: %w", k.state, b[0], err)
	}
	if err := k.check(fact); err != nil {
		return none, fmt.Errorf("%s: fact of kind %d: %w", k.state, b[0], err)
	}
	return fact, nil
}
