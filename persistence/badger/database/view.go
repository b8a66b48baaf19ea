package database

import (
	"errors"
	"fmt"
	"runtime/debug"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// look runs f in a read transaction, which sees what was confirmed before its begin. Where a
// table was sound when the folder was opened and makes no sense any more, Badger panics.
// That is damage like any other: it is told to whoever asked, who may be a goroutine that
// nobody watches, and the rest goes on. Badger maps its tables: a block that the disk
// cannot give, or a table that has become shorter, is a fault of memory, which would end
// the process, and is made a panic here.
func (d *DB) View(f func(*badgerdb.Txn) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer panicToCorrupt(&err) // last of all: Discard panics, too, when an iterator could not be made
	version := d.versions.beginRead()
	defer d.versions.endRead(version)
	txn := d.NewTransactionAt(version, false)
	defer txn.Discard()
	return f(txn)
}

// get is the value of a key, valid until the transaction ends; found is false where there
// is none. Damage on the way to it is this key's: whoever goes from key to key can tell
// which one it was.
func Get(txn *badgerdb.Txn, key []byte) (value []byte, found bool, err error) {
	defer panicToCorrupt(&err)
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

// asDamage is deferred. It makes a panic of what reads ErrCorrupt.
func panicToCorrupt(err *error) {
	switch p := recover().(type) {
	case nil:
	case callerPanic:
		panic(p.value)
	default:
		*err = fmt.Errorf("%w: a table makes no sense: %.200s", persistence.ErrCorrupt, fmt.Sprint(p))
	}
}

// consumers is a panic of whoever was handed what was read. It is theirs, and goes on.
type callerPanic struct{ value any }

// theirs is deferred around a call of a consumer.
func MarkCallerPanic() {
	if p := recover(); p != nil {
		panic(callerPanic{p})
	}
}
