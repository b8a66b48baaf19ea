package persistence

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strings"
)

// epochIDSize is the length of an epoch's ID: 80 random bits, so that no two journals
// of one operator ever share one.
const epochIDSize = 16

// epochAlphabet is that of lower-case base32: an ID can stand in a header, a URL, a
// token and a file name without being escaped.
const epochAlphabet = "abcdefghijklmnopqrstuvwxyz234567"

var epochEncoding = base32.NewEncoding(epochAlphabet).WithPadding(base32.NoPadding)

// Epoch is the identity of one timeline of a journal. A new journal gets one, and a
// restored one gets another: from there on it counts sequences and positions that the
// journal it was copied from also counts, for other records. Whatever is given to
// somebody outside and told apart by such a number (tokens, the ids of webhook
// deliveries, places to resume from, idempotency keys) names the epoch as well.
type Epoch struct {
	// ID is 16 characters of lower-case base32.
	ID string
	// Adopted says that the journal is one of a version that had no epochs, opened in
	// place. What that version issued, without an epoch, belongs to this timeline. A
	// restored journal is never adopted.
	Adopted bool
	// AdoptedAt is the head at the moment of adoption: records up to it were written
	// without an epoch. It is 0 when Adopted is false.
	AdoptedAt Position
}

// NewEpoch is an epoch with a random ID, not adopted.
func NewEpoch() Epoch {
	var b [epochIDSize * 5 / 8]byte
	_, _ = rand.Read(b[:]) // It never fails; the process ends where it would.
	return Epoch{ID: epochEncoding.EncodeToString(b[:])}
}

// Check is nil for an epoch that NewEpoch can have made, adopted or not, else ErrInvalid.
func (e Epoch) Check() error {
	if len(e.ID) != epochIDSize || strings.Trim(e.ID, epochAlphabet) != "" {
		return fmt.Errorf("%w: epoch %q", ErrInvalid, e.ID)
	}
	if !e.Adopted && e.AdoptedAt != 0 {
		return fmt.Errorf("%w: epoch %s: adopted at %d, and not adopted", ErrInvalid, e.ID, e.AdoptedAt)
	}
	return nil
}
