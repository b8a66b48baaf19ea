package badger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/database"
	"partyline/persistence/badger/layout"
)

// ReadTable calls f with a view of a table; see persistence.Journal.
func (j *Journal) ReadTable(ctx context.Context, table string, f func(persistence.TableView) error) error {
	if err := persistence.CheckStream(table); err != nil {
		return fmt.Errorf("read table %s: %w", table, err)
	}
	err := j.db.view(ctx, func(txn *badgerdb.Txn) error {
		defer database.MarkCallerPanic()
		return f(&tableView{table: table, txn: txn, proceed: func() error { return j.db.checkOpen(ctx) }})
	})
	if err != nil {
		return fmt.Errorf("read table %s: %w", table, err)
	}
	return nil
}

// tableView reads a table in one transaction.
type tableView struct {
	table   string
	txn     *badgerdb.Txn
	proceed func() error
	key     []byte
}

// Get is the value of a key.
func (v *tableView) Get(key []byte) (value []byte, ok bool, err error) {
	if err := v.proceed(); err != nil {
		return nil, false, err
	}
	v.key = layout.AppendTableKey(v.key[:0], v.table, key)
	stored, found, err := database.Get(v.txn, v.key)
	if !found || err != nil {
		return nil, false, err
	}
	value, err = layout.ParseTableValue(v.key, stored)
	return value, err == nil, err
}

// errScanEnded ends a scan whose consumer has gone.
var errScanEnded = errors.New("the consumer of a scan has gone")

// Scan yields the entries whose keys begin with prefix.
func (v *tableView) Scan(prefix []byte) iter.Seq2[persistence.TableEntry, error] {
	return func(yield func(persistence.TableEntry, error) bool) {
		if err := v.scan(prefix, yield); err != nil && !errors.Is(err, errScanEnded) {
			yield(persistence.TableEntry{}, err)
		}
	}
}

func (v *tableView) scan(prefix []byte, yield func(persistence.TableEntry, error) bool) (err error) {
	defer database.PanicToCorrupt(&err)
	head := len(layout.AppendTableKey(nil, v.table, nil))
	it := database.NewIterator(v.txn, layout.AppendTableKey(nil, v.table, prefix), false)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if err := v.proceed(); err != nil {
			return err
		}
		err := it.Item().Value(func(stored []byte) error {
			value, err := layout.ParseTableValue(it.Item().Key(), stored)
			if err != nil {
				return err
			}
			if !yieldEntry(yield, persistence.TableEntry{Key: it.Item().Key()[head:], Value: value}) {
				return errScanEnded
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// yieldEntry keeps a panic of the consumer apart from those of Badger.
func yieldEntry(yield func(persistence.TableEntry, error) bool, e persistence.TableEntry) bool {
	defer database.MarkCallerPanic()
	return yield(e, nil)
}

// UpdateTable writes all changes in one transaction. They are encoded before it begins, so that
// the committer waits for the writing only.
func (j *Journal) UpdateTable(ctx context.Context, table string, changes []persistence.TableEntry) error {
	if err := j.updateTable(ctx, table, changes); err != nil {
		return fmt.Errorf("update table %s: %w", table, err)
	}
	return nil
}

func (j *Journal) updateTable(ctx context.Context, table string, changes []persistence.TableEntry) error {
	if err := persistence.CheckTableUpdate(table, changes); err != nil {
		return err
	}
	if err := j.db.usage.acquire(); err != nil {
		return err
	}
	defer j.db.usage.release()
	entries := encodeTableEntries(table, changes)
	return j.db.update(ctx, func(c *database.WriteTxn) error {
		for i := range entries {
			if err := writeTableEntry(c, &entries[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeTableEntry(c *database.WriteTxn, e *persistence.TableEntry) error {
	if e.Value == nil {
		return c.Delete(e.Key)
	}
	return c.Set(e.Key, e.Value)
}

// encodeTableEntries returns the changes with the keys and values that the database holds. All of
// them share two buffers: Badger keeps none past the commit.
func encodeTableEntries(table string, changes []persistence.TableEntry) []persistence.TableEntry {
	largest, total := 0, 0
	for i := range changes {
		largest = max(largest, len(changes[i].Value))
		total += len(changes[i].Key) + len(changes[i].Value) + len(table) + tableOverhead
	}
	room, b := make([]byte, layout.MaxCompressedBytes(largest)), make([]byte, 0, total)
	entries := make([]persistence.TableEntry, len(changes))
	for i := range changes {
		start := len(b)
		b = layout.AppendTableKey(b, table, changes[i].Key)
		key := b[start:len(b):len(b)]
		entries[i].Key = key
		if changes[i].Value != nil {
			start = len(b)
			b = layout.AppendTableValue(b, key, changes[i].Value, room)
			entries[i].Value = b[start:len(b):len(b)]
		}
	}
	return entries
}

// tableOverhead is what an entry takes beside its name, key and value.
const tableOverhead = 16

// DropTable removes all keys of a table, one transaction of them at a time.
func (j *Journal) DropTable(ctx context.Context, table string) error {
	if err := j.dropTable(ctx, table); err != nil {
		return fmt.Errorf("drop table %s: %w", table, err)
	}
	return nil
}

func (j *Journal) dropTable(ctx context.Context, table string) error {
	if err := persistence.CheckStream(table); err != nil {
		return err
	}
	if err := j.db.usage.acquire(); err != nil {
		return err
	}
	defer j.db.usage.release()
	return database.DeleteKeys(func() ([][]byte, error) { return j.tableKeys(ctx, table) },
		func(f func(*database.WriteTxn) error) error { return j.db.update(ctx, f) })
}

// tableKeys are the smallest keys of a table, as many as one transaction removes.
func (j *Journal) tableKeys(ctx context.Context, table string) (keys [][]byte, err error) {
	err = j.db.view(ctx, func(txn *badgerdb.Txn) error {
		it := database.NewIterator(txn, layout.AppendTableKey(nil, table, nil), false)
		defer it.Close()
		for it.Rewind(); it.Valid() && len(keys) < database.DeletesPerTxn; it.Next() {
			keys = append(keys, bytes.Clone(it.Item().Key()))
		}
		return nil
	})
	return keys, err
}
