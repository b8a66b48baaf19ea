package database

import (
	"errors"
	"fmt"
	"runtime/debug"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// View runs f in a read transaction, which sees what was confirmed before it began. Badger
// panics where a table that was sound when the folder was opened has been damaged since.
// View returns that as ErrCorrupt: the caller may be a goroutine without a recover, and
// everything else goes on. Badger maps its tables: a block that the disk cannot give, or a
// table that has become shorter, is a memory fault, which would end the process; it is
// made a panic here.
func (d *DB) View(f func(*badgerdb.Txn) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer PanicToCorrupt(&err) // last of all: Discard panics, too, when an iterator could not be made
	version := d.versions.beginRead()
	defer d.versions.endRead(version)
	txn := d.NewTransactionAt(version, false)
	defer txn.Discard()
	return f(txn)
}

// Get is the value of a key, valid until the transaction ends; found is false where there
// is none. Damage on the way to it is returned as an error of this key, so that a caller
// who reads key after key can tell which one is damaged.
func Get(txn *badgerdb.Txn, key []byte) (value []byte, found bool, err error) {
	defer PanicToCorrupt(&err)
	item, err := txn.Get(key)
	if errors.Is(err, badgerdb.ErrKeyNotFound) {
		return nil, false, nil
	}
	if err == nil {
		err = item.Value(func(v []byte) error { value = v; return nil })
	}
	if err != nil {
		return nil, false, fmt.Errorf("%w: %w", persistence.ErrUnavailable, err)
	}
	return value, true, nil
}

// PanicToCorrupt is deferred. It turns a panic of Badger into ErrCorrupt, and lets a
// callerPanic go on.
func PanicToCorrupt(err *error) {
	switch p := recover().(type) {
	case nil:
	case callerPanic:
		panic(p.value)
	default:
		*err = fmt.Errorf("%w: a table makes no sense: %.200s", persistence.ErrCorrupt, fmt.Sprint(p))
	}
}

// callerPanic is a panic of a function that was called with what was read. It is not
// Badger's.
type callerPanic struct{ value any }

// MarkCallerPanic is deferred around a call of the caller's function, inside View: a panic
// of that function goes on to the caller and is not taken for damage.
func MarkCallerPanic() {
	if p := recover(); p != nil {
		panic(callerPanic{p})
	}
}
