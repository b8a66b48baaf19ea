package database

import badgerdb "github.com/dgraph-io/badger/v4"

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
