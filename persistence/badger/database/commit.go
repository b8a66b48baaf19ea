package database

import (
	"context"

	badgerdb "github.com/dgraph-io/badger/v4"
)

// Update runs f in a write transaction, commits and syncs it. An error of f commits
// nothing and is no failure of the disk. While another transaction is under way Update
// waits, no longer than ctx; once its own has begun, ctx no longer ends it.
func (d *DB) Update(ctx context.Context, f func(*WriteTxn) error) error {
	return d.UpdateThen(ctx, f, func() error { return nil })
}

// UpdateThen is Update with afterSync, which writes something else after the sync and
// before any read sees the transaction.
func (d *DB) UpdateThen(ctx context.Context, f func(*WriteTxn) error, afterSync func() error) error {
	select {
	case d.writing <- struct{}{}:
		defer func() { <-d.writing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := d.failStop.check(); err != nil {
		return err
	}
	if err := d.logs.beforeTxn(); err != nil {
		return err
	}
	version := d.versions.next()
	txn := d.NewTransactionAt(version-1, true)
	defer txn.Discard()
	w := newWriteTxn(txn)
	if err := f(w); err != nil {
		return err
	}
	if err := d.failStop.commit(func() error { return txn.CommitAt(version, nil) }); err != nil {
		return err
	}
	if err := d.failStop.record(afterSync()); err != nil {
		return err
	}
	if err := d.failStop.record(d.logs.afterTxn(w.size)); err != nil {
		return err
	}
	d.SetDiscardTs(d.versions.confirm(version))
	return nil
}

// entryOverhead is what Badger adds to a key and its value, in bytes: in its log some 24
// (lengths, version, checksum), in memory up to 40 (a node, a version, the head of the
// value), on average over a log.
const entryOverhead = 40

// WriteTxn is a write transaction. It counts what the transaction takes of the log and of
// the memory beside it, in bytes, rather some percent too much than too little.
type WriteTxn struct {
	*badgerdb.Txn
	size int64
}

// newWriteTxn counts the entry with which Badger ends a transaction.
func newWriteTxn(txn *badgerdb.Txn) *WriteTxn { return &WriteTxn{Txn: txn, size: entryOverhead} }

// Set writes a key.
func (c *WriteTxn) Set(key, value []byte) error {
	c.count(key, value)
	return c.Txn.Set(key, value)
}

// SetEntry writes an entry.
func (c *WriteTxn) SetEntry(e *badgerdb.Entry) error {
	c.count(e.Key, e.Value)
	return c.Txn.SetEntry(e)
}

// Delete removes a key.
func (c *WriteTxn) Delete(key []byte) error {
	c.count(key, nil)
	return c.Txn.Delete(key)
}

func (c *WriteTxn) count(key, value []byte) {
	c.size += int64(len(key)+len(value)) + entryOverhead
}

// setter is a write transaction, of a DB or of a database that is being restored.
type setter interface {
	Set(key, value []byte) error
}
