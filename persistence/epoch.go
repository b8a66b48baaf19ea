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
// journal it was copied from also counts, for other records. Whatever is given to clients
// and identified by such a number (tokens, places to resume from, idempotency keys) names
// the epoch as well. What is about a single record (the id of a webhook's delivery) names
// the epoch that the record was written in: Journal.EpochAt.
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
	// Quiet says that the journal was restored from a backup, and that what its records up
	// to RestoredAt have set up to act on the outside world (webhooks) must not act before
	// it is enabled again.
	Quiet bool
	// RestoredAt is the head that the backup had, 0 when the journal was not restored.
	RestoredAt Position
}

// NewEpoch is an epoch with a random ID, neither adopted nor restored.
func NewEpoch() Epoch {
	var b [epochIDSize * 5 / 8]byte
	_, _ = rand.Read(b[:]) // It never fails; the process ends where it would.
	return Epoch{ID: epochEncoding.EncodeToString(b[:])}
}

// Check is nil for a valid epoch, else ErrInvalid.
func (e Epoch) Check() error {
	if err := checkEpochID(e.ID); err != nil {
		return err
	}
	if !e.Adopted && e.AdoptedAt != 0 || e.Adopted && (e.Quiet || e.RestoredAt != 0) {
		return fmt.Errorf("%w: epoch %+v", ErrInvalid, e)
	}
	return nil
}

func checkEpochID(id string) error {
	if len(id) != epochIDSize || strings.Trim(id, epochAlphabet) != "" {
		return fmt.Errorf("%w: epoch %q", ErrInvalid, id)
	}
	return nil
}

// Span is a run of records that were written in an epoch before the present one.
type Span struct {
	// ID is that of the epoch, "" for records of a version without epochs.
	ID string `json:"id"`
	// Through is the position of the last of them. The first follows the span before.
	Through Position `json:"through"`
}

// Lineage are the spans before the present epoch, ascending: the epochs that a restored
// journal's records were written in.
type Lineage []Span

// At is the ID of the epoch that the record at a position was written in; ok is false
// where that is the present one.
func (l Lineage) At(p Position) (id string, ok bool) {
	for _, s := range l {
		if p <= s.Through {
			return s.ID, true
		}
	}
	return "", false
}

// Check is nil for valid spans in ascending order, else ErrInvalid.
func (l Lineage) Check() error {
	var before Position
	for _, s := range l {
		if s.Through <= before {
			return fmt.Errorf("%w: epoch %q through %d, after one through %d", ErrInvalid, s.ID, s.Through, before)
		}
		if before = s.Through; s.ID == "" {
			continue
		}
		if err := checkEpochID(s.ID); err != nil {
			return err
		}
	}
	return nil
}
