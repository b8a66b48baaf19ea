package badger

import (
	"errors"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// checkFormat signs a new database and refuses one that somebody else wrote, or a
// later Partyline.
func checkFormat(db *badgerdb.DB) error {
	err := look(db, func(txn *badgerdb.Txn) error {
		item, err := txn.Get([]byte(formatKey))
		if err != nil {
			return err
		}
		return item.Value(func(value []byte) error {
			_, err := unseal([]byte(formatKey), value)
			return err
		})
	})
	if !errors.Is(err, badgerdb.ErrKeyNotFound) {
		return err
	}
	return sign(db)
}

func sign(db *badgerdb.DB) error {
	return db.Update(func(txn *badgerdb.Txn) error {
		it := newIterator(txn, nil, false)
		defer it.Close()
		if it.Rewind(); it.Valid() {
			return fmt.Errorf("%w: the folder holds a database without Partyline's mark", persistence.ErrCorrupt)
		}
		value := appendSeal([]byte{formatVersion}, 0, []byte(formatKey))
		return txn.Set([]byte(formatKey), value)
	})
}
