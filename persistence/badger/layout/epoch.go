package layout

import (
	"encoding/json"
	"errors"
	"fmt"

	"partyline/persistence"
)

// maxSpans bounds the lineage, 40 bytes a span: a folder that was restored from a backup
// of a restored folder, and so on, a thousand times. The oldest span is forgotten first;
// its records count to the next one.
const maxSpans = 1000

// Epochs are the folder's epoch and those before it.
type Epochs struct {
	Current persistence.Epoch
	past    persistence.Lineage
}

// epochRecord is the stored form of Epochs, as JSON, between version and checksum.
type epochRecord struct {
	ID         string               `json:"id"`
	Adopted    bool                 `json:"adopted,omitempty"`
	AdoptedAt  persistence.Position `json:"adoptedAt,omitempty"`
	Quiet      bool                 `json:"quiet,omitempty"`
	RestoredAt persistence.Position `json:"restoredAt,omitempty"`
	Past       persistence.Lineage  `json:"past,omitempty"`
}

// Encode is the value of the epoch key.
func (e *Epochs) Encode() []byte {
	c := e.Current
	b, err := json.Marshal(epochRecord{c.ID, c.Adopted, c.AdoptedAt, c.Quiet, c.RestoredAt, e.past})
	if err != nil {
		panic("badger: an epoch that has no JSON: " + err.Error()) // it holds only texts, numbers and booleans
	}
	return AppendChecksum(append([]byte{ValueVersion}, b...), 0, []byte(EpochKey))
}

// ParseEpochs parses the value of the epoch key.
func ParseEpochs(value []byte) (Epochs, error) {
	body, err := verifyValue([]byte(EpochKey), value)
	if err != nil {
		return Epochs{}, err
	}
	var r epochRecord
	if err := json.Unmarshal(body, &r); err != nil {
		return Epochs{}, fmt.Errorf("%w: key %q: %w", persistence.ErrCorrupt, EpochKey, err)
	}
	e := Epochs{persistence.Epoch{ID: r.ID, Adopted: r.Adopted, AdoptedAt: r.AdoptedAt, Quiet: r.Quiet, RestoredAt: r.RestoredAt}, r.Past}
	if err := errors.Join(e.Current.Check(), e.past.Check()); err != nil {
		return Epochs{}, fmt.Errorf("%w: %w", persistence.ErrCorrupt, err)
	}
	return e, nil
}

// At is the ID of the epoch that the record at a position was written in, "" for a version
// without epochs.
func (e *Epochs) At(p persistence.Position) string {
	if id, ok := e.past.At(p); ok {
		return id
	}
	if e.Current.Adopted && p <= e.Current.AdoptedAt {
		return ""
	}
	return e.Current.ID
}

// Restored are the epochs of a journal that begins as a copy of this one up to head.
func (e *Epochs) Restored(head persistence.Position, quiet bool) Epochs {
	past := e.past
	if e.Current.Adopted {
		past = appendSpan(past, "", e.Current.AdoptedAt)
	}
	past = appendSpan(past, e.Current.ID, head)
	next := persistence.NewEpoch()
	next.Quiet, next.RestoredAt = quiet, head
	return Epochs{next, past[max(0, len(past)-maxSpans):]}
}

// appendSpan adds a span, unless it holds nothing.
func appendSpan(l persistence.Lineage, id string, through persistence.Position) persistence.Lineage {
	if len(l) > 0 && l[len(l)-1].Through >= through || through == 0 {
		return l
	}
	return append(l, persistence.Span{ID: id, Through: through})
}
