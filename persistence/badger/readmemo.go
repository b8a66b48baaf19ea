package badger

import (
	"bytes"
	"context"
	"fmt"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// Memo reads a memo back; ok is false when there is none or it has expired. The
// lifetime is kept to the millisecond.
func (j *Journal) Memo(ctx context.Context, key string) (value []byte, ok bool, err error) {
	err = j.db.view(ctx, func(txn *badgerdb.Txn) error {
		value, ok, err = readMemo(txn, key)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("memo: %w", err)
	}
	return value, ok, nil
}

func readMemo(txn *badgerdb.Txn, name string) (memo []byte, ok bool, err error) {
	key := layout.AppendMemoKey(nil, name)
	value, found, err := database.Get(txn, key)
	if !found || err != nil {
		return nil, false, err
	}
	expires, data, err := layout.ParseMemo(key, value)
	if err != nil || !time.Now().Before(expires) {
		return nil, false, err
	}
	return bytes.Clone(data), true, nil
}
