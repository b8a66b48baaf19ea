package persistence

import (
	"fmt"
	"iter"
)

// Limits of a table, which keep one update within one Badger transaction.
const (
	// MaxTableKey bounds a key in bytes.
	MaxTableKey = 128
	// MaxTableValue bounds a value in bytes.
	MaxTableValue = 256 << 10
	// MaxTableChanges bounds the changes of one update.
	MaxTableChanges = 8192
	// MaxTableUpdateBytes bounds the keys and values of one update.
	MaxTableUpdateBytes = 1 << 20
)

// TableEntry is a key of a table with its value. As a change, a nil Value removes the key.
type TableEntry struct{ Key, Value []byte }

// TableView reads a table as of one moment. What it returns is valid until the function that got
// the view returns; of Scan, until its next step. A value that does not check is ErrCorrupt.
type TableView interface {
	// Get is the value of a key; ok is false when there is none.
	Get(key []byte) (value []byte, ok bool, err error)
	// Scan yields the entries whose keys begin with prefix, ascending by key.
	Scan(prefix []byte) iter.Seq2[TableEntry, error]
}

// CheckTableUpdate is nil when every journal accepts the changes, else ErrInvalid or ErrTooLarge.
func CheckTableUpdate(table string, changes []TableEntry) error {
	if err := CheckStream(table); err != nil {
		return err
	}
	if len(changes) > MaxTableChanges {
		return fmt.Errorf("%w: %d changes of a table, at most %d", ErrTooLarge, len(changes), MaxTableChanges)
	}
	size := 0
	for i := range changes {
		c := &changes[i]
		if len(c.Key) == 0 || len(c.Key) > MaxTableKey {
			return fmt.Errorf("%w: table key of %d bytes, want 1 to %d", ErrInvalid, len(c.Key), MaxTableKey)
		}
		if len(c.Value) > MaxTableValue {
			return fmt.Errorf("%w: table value of %d bytes, at most %d", ErrTooLarge, len(c.Value), MaxTableValue)
		}
		size += len(c.Key) + len(c.Value)
	}
	if size > MaxTableUpdateBytes {
		return fmt.Errorf("%w: table update of %d bytes, at most %d", ErrTooLarge, size, MaxTableUpdateBytes)
	}
	return nil
}
