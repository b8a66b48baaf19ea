package badger

import (
	"encoding/binary"
	"errors"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// The value of the epoch's key: whether it is adopted (1 byte, 0 or 1), the head at
// the adoption (8 bytes), and its ID.
const epochHead = 1 + numberSize

func encodeEpoch(e persistence.Epoch) []byte {
	b := []byte{formatVersion, 0}
	if e.Adopted {
		b[1] = 1
	}
	b = binary.BigEndian.AppendUint64(b, uint64(e.AdoptedAt))
	return appendSeal(append(b, e.ID...), 0, []byte(epochKey))
}

func parseEpoch(value []byte) (persistence.Epoch, error) {
	body, err := unseal([]byte(epochKey), value)
	if err != nil {
		return persistence.Epoch{}, err
	}
	if len(body) < epochHead || body[0] > 1 {
		return persistence.Epoch{}, fmt.Errorf("%w: key %q: not an epoch", persistence.ErrCorrupt, epochKey)
	}
	e := persistence.Epoch{
		ID:        string(body[epochHead:]),
		Adopted:   body[0] == 1,
		AdoptedAt: persistence.Position(binary.BigEndian.Uint64(body[1:])),
	}
	if err := e.Check(); err != nil {
		return persistence.Epoch{}, fmt.Errorf("%w: %w", persistence.ErrCorrupt, err)
	}
	return e, nil
}

// readEpoch is that of the folder; found is false where a version without epochs has
// written it.
func readEpoch(db *database) (e persistence.Epoch, found bool, err error) {
	err = look(db, func(txn *badgerdb.Txn) error {
		var value []byte
		if value, found, err = get(txn, []byte(epochKey)); !found || err != nil {
			return err
		}
		e, err = parseEpoch(value)
		return err
	})
	return e, found, err
}

func setEpoch(txn *badgerdb.Txn, e persistence.Epoch) error {
	return txn.Set([]byte(epochKey), encodeEpoch(e))
}

// adoptEpoch reads the folder's epoch. A folder without one gets it now: what a version
// without epochs has issued goes on to hold. It runs before anything can be appended.
func (j *Journal) adoptEpoch() error {
	e, found, err := readEpoch(j.db)
	if err != nil {
		return err
	}
	if !found {
		e = persistence.NewEpoch()
		e.Adopted, e.AdoptedAt = true, j.Head()
		if err := j.db.update(func(txn *badgerdb.Txn) error { return setEpoch(txn, e) }); err != nil {
			return errors.Join(persistence.ErrUnavailable, err)
		}
		j.log.Info().Str("epoch", e.ID).Uint64("position", uint64(e.AdoptedAt)).Msg("folder of an earlier version got an epoch")
	}
	j.epoch = e
	return nil
}

// renewEpoch gives a restored folder, which nobody uses yet, an epoch of its own,
// whatever the backup holds.
func renewEpoch(db *badgerdb.DB) error {
	return db.Update(func(txn *badgerdb.Txn) error { return setEpoch(txn, persistence.NewEpoch()) })
}
