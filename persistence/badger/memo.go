package badger

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// Memo reads a memo back; ok is false when there is none or it has expired. The
// lifetime is kept to the millisecond.
func (j *Journal) Memo(ctx context.Context, key string) (value []byte, ok bool, err error) {
	err = j.view(ctx, func(txn *badgerdb.Txn) error {
		value, ok, err = readMemo(txn, key)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("memo: %w", err)
	}
	return value, ok, nil
}

func readMemo(txn *badgerdb.Txn, name string) (memo []byte, ok bool, err error) {
	key := appendMemoKey(nil, name)
	value, found, err := get(txn, key)
	if !found || err != nil {
		return nil, false, err
	}
	expires, data, err := parseMemo(key, value)
	if err != nil || !time.Now().Before(expires) {
		return nil, false, err
	}
	return bytes.Clone(data), true, nil
}

func appendMemo(b []byte, expires time.Time, value []byte) []byte {
	b = append(b, valueVersion)
	b = binary.BigEndian.AppendUint64(b, uint64(expires.UnixMilli()))
	return append(b, value...)
}

func parseMemo(key, value []byte) (expires time.Time, data []byte, err error) {
	body, err := unseal(key, value)
	if err != nil {
		return time.Time{}, nil, err
	}
	if len(body) < numberSize {
		return time.Time{}, nil, fmt.Errorf("%w: key %q: not a memo", persistence.ErrCorrupt, key)
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(body))), body[numberSize:], nil
}
