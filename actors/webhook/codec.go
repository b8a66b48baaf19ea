package webhook

import (
	"encoding/json"
	"errors"
	"fmt"

	"partyline/actors/codec"
	"partyline/protocol"
)

// A stored fact is one kind byte and a body: the fact's JSON, but for attempts, of
// which there are many (see attemptcode.go). The numbers of kinds never change.
const (
	kindCreated byte = iota + 1
	kindUpdated
	kindSecretRotated
	kindTested
	kindRedeliveryQueued
	kindDeadRequeued
	kindReplayStarted
	kindReplayStopped
	kindSkipped
	kindAttempted
	kindDeleted
	kindDisabled
)

// maxMoment is the last millisecond of the year 9999, the end of RFC 3339.
const maxMoment protocol.Timestamp = 253402300799999

var errFact = errors.New("webhook: not a fact")

// AppendFact appends the stored form of f to dst. ReadFact gives the same fact back.
func AppendFact(dst []byte, f Fact) []byte {
	if a, ok := f.(*Attempted); ok {
		return appendAttempted(append(dst, kindAttempted), a)
	}
	b, err := json.Marshal(f)
	if err != nil {
		panic("webhook: a fact that has no JSON: " + err.Error()) // facts hold only texts, numbers and booleans
	}
	return append(append(dst, kindOf(f)), b...)
}

// ReadFact reads what AppendFact wrote, keeping nothing of b. Anything else is an error, a
// kind of a newer version too; ReadFact never panics.
func ReadFact(b []byte) (Fact, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("%w: empty", errFact)
	}
	if b[0] == kindAttempted {
		a, err := readAttempted(b[1:])
		if err != nil {
			return nil, err // not a: a nil pointer would be a Fact that is not nil
		}
		return a, nil
	}
	f := newFact(b[0])
	if f == nil {
		return nil, fmt.Errorf("%w: kind %d is unknown, it was written by a newer version", errFact, b[0])
	}
	if err := codec.ReadJSON(b[1:], f); err != nil {
		return nil, fmt.Errorf("%w: kind %d: %w", errFact, b[0], err)
	}
	if !valid(f) {
		return nil, fmt.Errorf("%w: kind %d: a value is missing or out of range", errFact, b[0])
	}
	return f, nil
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

func kindOf(f Fact) byte {
	switch f.(type) {
	case *Created:
		return kindCreated
	case *Updated:
		return kindUpdated
	case *SecretRotated:
		return kindSecretRotated
	case *Tested:
		return kindTested
	case *RedeliveryQueued:
		return kindRedeliveryQueued
	case *DeadRequeued:
		return kindDeadRequeued
	case *ReplayStarted:
		return kindReplayStarted
	case *ReplayStopped:
		return kindReplayStopped
	case *Skipped:
		return kindSkipped
	case *Disabled:
		return kindDisabled
	}
	return kindDeleted
}

// newFact is an empty fact of a JSON kind, nil for an unknown kind.
func newFact(kind byte) Fact {
	switch kind {
	case kindCreated:
		return new(Created)
	case kindUpdated:
		return new(Updated)
	case kindSecretRotated:
		return new(SecretRotated)
	case kindTested:
		return new(Tested)
	case kindRedeliveryQueued:
		return new(RedeliveryQueued)
	case kindDeadRequeued:
		return new(DeadRequeued)
	case kindReplayStarted:
		return new(ReplayStarted)
	case kindReplayStopped:
		return new(ReplayStopped)
	case kindSkipped:
		return new(Skipped)
	case kindDeleted:
		return new(Deleted)
	case kindDisabled:
		return new(Disabled)
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
