package webhook

import (
	"errors"

	"partyline/actors/codec"
	"partyline/protocol"
)

// Facts are stored as JSON by the number of their kind, except attempts, of which there
// are many (see attemptcode.go).
const (
	kindAttempted byte = 10
	kindDeleted   byte = 11
)

var kinds = codec.NewKinds("webhook", check, map[byte]Fact{
	1:           (*Created)(nil),
	2:           (*Updated)(nil),
	3:           (*SecretRotated)(nil),
	4:           (*Tested)(nil),
	5:           (*RedeliveryQueued)(nil),
	6:           (*DeadRequeued)(nil),
	7:           (*ReplayStarted)(nil),
	8:           (*ReplayStopped)(nil),
	9:           (*Skipped)(nil),
	kindDeleted: (*Deleted)(nil),
	12:          (*Disabled)(nil),
})

// maxMoment is the last millisecond of the year 9999, the end of RFC 3339.
const maxMoment protocol.Timestamp = 253402300799999

var (
	errFact       = errors.New("webhook: not a fact")
	errOutOfRange = errors.New("a value is missing or out of range")
)

// AppendFact appends the stored form of f to dst. ReadFact gives the same fact back.
func AppendFact(dst []byte, f Fact) []byte {
	if a, ok := f.(*Attempted); ok {
		return appendAttempted(append(dst, kindAttempted), a)
	}
	return kinds.Append(dst, f)
}

// ReadFact reads what AppendFact wrote, keeping nothing of b. Anything else is an error, a
// kind of a newer version too; ReadFact never panics.
func ReadFact(b []byte) (Fact, error) {
	if len(b) == 0 || b[0] != kindAttempted {
		return kinds.Read(b)
	}
	a, err := readAttempted(b[1:])
	if err != nil {
		return nil, err // not a: a nil pointer would be a Fact that is not nil
	}
	return a, nil
}

// ReadAttempt reads a stored fact that is an attempt; it returns nil for other facts.
func ReadAttempt(b []byte) (*Attempted, error) {
	if len(b) == 0 || b[0] != kindAttempted {
		return nil, nil
	}
	return readAttempted(b[1:])
}

// IsDeleted reports whether the stored fact is Deleted, the last one of a webhook.
func IsDeleted(b []byte) bool { return len(b) > 0 && b[0] == kindDeleted }

func check(f Fact) error {
	if !valid(f) {
		return errOutOfRange
	}
	return nil
}

// valid checks what the JSON's types do not.
func valid(f Fact) bool {
	if f.moment() <= 0 || f.moment() > maxMoment {
		return false
	}
	switch f := f.(type) {
	case *Created:
		return f.URL != "" && f.Secret != "" && f.Reached >= 0 && (f.RateLimit == nil || *f.RateLimit > 0)
	case *Updated:
		return f.Reached >= 0 && notEmpty(f.URL) && notEmpty(f.Secret) && (f.RateLimit == nil || *f.RateLimit >= 0)
	case *SecretRotated:
		return f.Secret != "" && f.Until > 0 && f.Until <= maxMoment
	case *RedeliveryQueued:
		return f.Delivery > 0
	case *ReplayStarted:
		return f.After >= 0 && f.Until > f.After
	case *Skipped:
		return f.Source.known() && f.Through >= 0
	case *Disabled:
		return f.Reason != ""
	}
	return true
}

func notEmpty(s *string) bool { return s == nil || *s != "" }
