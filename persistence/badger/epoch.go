package badger

import (
	"encoding/json"
	"errors"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// maxSpans bounds the lineage, 40 bytes a span: a folder that was restored from a backup
// of a restored folder, and so on, a thousand times. The oldest span is forgotten first;
// its records count to the next one.
const maxSpans = 1000

// epochs are the folder's epoch and those before it.
type epochs struct {
	current persistence.Epoch
	past    persistence.Lineage
}

// epochRecord is the stored form of epochs, as JSON, between version and seal.
type epochRecord struct {
	ID         string               `json:"id"`
	Adopted    bool                 `json:"adopted,omitempty"`
	AdoptedAt  persistence.Position `json:"adoptedAt,omitempty"`
	Quiet      bool                 `json:"quiet,omitempty"`
	RestoredAt persistence.Position `json:"restoredAt,omitempty"`
	Past       persistence.Lineage  `json:"past,omitempty"`
}

func (e *epochs) encode() []byte {
	c := e.current
	b, err := json.Marshal(epochRecord{c.ID, c.Adopted, c.AdoptedAt, c.Quiet, c.RestoredAt, e.past})
	if err != nil {
		panic("badger: an epoch that has no JSON: " + err.Error()) // it holds only texts, numbers and booleans
	}
	return appendSeal(append([]byte{valueVersion}, b...), 0, []byte(epochKey))
}

func parseEpochs(value []byte) (epochs, error) {
	body, err := unseal([]byte(epochKey), value)
	if err != nil {
		return epochs{}, err
	}
	var r epochRecord
	if err := json.Unmarshal(body, &r); err != nil {
		return epochs{}, fmt.Errorf("%w: key %q: %w", persistence.ErrCorrupt, epochKey, err)
	}
	e := epochs{persistence.Epoch{ID: r.ID, Adopted: r.Adopted, AdoptedAt: r.AdoptedAt, Quiet: r.Quiet, RestoredAt: r.RestoredAt}, r.Past}
	if err := errors.Join(e.current.Check(), e.past.Check()); err != nil {
		return epochs{}, fmt.Errorf("%w: %w", persistence.ErrCorrupt, err)
	}
	return e, nil
}

// at is the ID of the epoch that the record at a position was written in, "" for a
// version without epochs.
func (e *epochs) at(p persistence.Position) string {
	if id, ok := e.past.At(p); ok {
		return id
	}
	if e.current.Adopted && p <= e.current.AdoptedAt {
		return ""
	}
	return e.current.ID
}

// readEpochs are those of the folder; found is false where a version without epochs has
// written it.
func readEpochs(txn *badgerdb.Txn) (e epochs, found bool, err error) {
	value, found, err := get(txn, []byte(epochKey))
	if !found || err != nil {
		return epochs{}, false, err
	}
	e, err = parseEpochs(value)
	return e, err == nil, err
}

func setEpochs(txn setter, e epochs) error {
	return txn.Set([]byte(epochKey), e.encode())
}

// branch are the epochs of a journal that begins as a copy of this one up to head.
func (e *epochs) branch(head persistence.Position, quiet bool) epochs {
	past := e.past
	if e.current.Adopted {
		past = span(past, "", e.current.AdoptedAt)
	}
	past = span(past, e.current.ID, head)
	next := persistence.NewEpoch()
	next.Quiet, next.RestoredAt = quiet, head
	return epochs{next, past[max(0, len(past)-maxSpans):]}
}

// span adds one, unless it holds nothing.
func span(l persistence.Lineage, id string, through persistence.Position) persistence.Lineage {
	if len(l) > 0 && l[len(l)-1].Through >= through || through == 0 {
		return l
	}
	return append(l, persistence.Span{ID: id, Through: through})
}
