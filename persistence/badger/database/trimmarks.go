package database

import (
	"strings"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// EachTrimMark calls f with every trim mark, in the order of the streams' names. For a
// damaged mark f gets the error.
func EachTrimMark(txn *badgerdb.Txn, f func(stream string, through persistence.Seq, err error) error) error {
	it := NewIterator(txn, []byte(layout.TrimMarkPrefix), false)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		stream := strings.TrimPrefix(string(it.Item().Key()), layout.TrimMarkPrefix)
		through, err := trimMarkOf(it.Item())
		if err := f(stream, through, err); err != nil {
			return err
		}
	}
	return nil
}

// readTrimMark is 0 for a stream that was never trimmed.
func readTrimMark(txn *badgerdb.Txn, stream string) (persistence.Seq, error) {
	key := layout.TrimMarkKey(stream)
	value, found, err := Get(txn, key)
	if !found || err != nil {
		return 0, err
	}
	return layout.ParseTrimMark(key, value)
}

func trimMarkOf(item *badgerdb.Item) (through persistence.Seq, err error) {
	err = item.Value(func(value []byte) error {
		through, err = layout.ParseTrimMark(item.Key(), value)
		return err
	})
	return through, err
}
