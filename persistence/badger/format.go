package badger

import (
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// checkFormat signs a new database and refuses one that somebody else wrote, or a
// later Partyline.
func checkFormat(db *database) error {
	signed := false
	err := look(db, func(txn *badgerdb.Txn) error {
		value, found, err := get(txn, []byte(formatKey))
		if found {
			_, err = unseal([]byte(formatKey), value)
		}
		signed = found
		return err
	})
	if signed || err != nil {
		return err
	}
	return sign(db)
}

// sign marks a new database as ours, and gives it its epoch.
func sign(db *database) error {
	return db.update(func(txn *badgerdb.Txn) error {
		it := newIterator(txn, nil, false)
		defer it.Close()
		if it.Rewind(); it.Valid() {
			return fmt.Errorf("%w: the folder holds a database without Partyline's mark", persistence.ErrCorrupt)
		}
		value := appendSeal([]byte{formatVersion}, 0, []byte(formatKey))
		if err := txn.Set([]byte(formatKey), value); err != nil {
			return err
		}
		return setEpochs(txn, epochs{current: persistence.NewEpoch()})
	})
}
