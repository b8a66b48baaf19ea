package badger

import (
	"bytes"
	"context"

	badgerdb "github.com/dgraph-io/badger/v4"
)

// removeLoosePieces removes the parts of large records that no chunk names. Nobody may
// be staging: what is staged is not named yet.
func (j *Journal) removeLoosePieces() error {
	return removePieces([]byte(piecePrefix), loose,
		func(f func(*badgerdb.Txn) error) error { return look(j.db, f) },
		func(f func(*change) error) error { return j.db.update(context.Background(), f) })
}

// removePieces removes the parts under a prefix that may go, in several transactions.
func removePieces(prefix []byte, may func(*badgerdb.Txn, []byte) bool, view func(func(*badgerdb.Txn) error) error, update func(func(*change) error) error) error {
	return erase(func() (old [][]byte, err error) {
		err = view(func(txn *badgerdb.Txn) error {
			old = findPieces(txn, prefix, may)
			return nil
		})
		return old, err
	}, update)
}

// findPieces finds as many as one transaction removes. The parts of one attempt at a
// record all may go or none, so it asks for the first.
func findPieces(txn *badgerdb.Txn, prefix []byte, may func(*badgerdb.Txn, []byte) bool) (keys [][]byte) {
	it := newIterator(txn, prefix, false)
	defer it.Close()
	var attempt []byte
	going := false
	for it.Rewind(); it.Valid() && len(keys) < deletesPerTxn; it.Next() {
		key := it.Item().Key()
		if of := key[:max(0, len(key)-partNumberSize)]; !bytes.Equal(of, attempt) {
			attempt, going = bytes.Clone(of), may(txn, key)
		}
		if going {
			keys = append(keys, bytes.Clone(key))
		}
	}
	return keys
}

// loose says that no chunk names the part. One that does not check might.
func loose(txn *badgerdb.Txn, key []byte) bool {
	stream, seq, ok := splitPieceKey(key)
	if !ok {
		return true
	}
	chunkKey := appendChunkKey(nil, stream, seq)
	value, found, err := get(txn, chunkKey)
	if !found || err != nil {
		return err == nil
	}
	c, err := parseChunk(stream, chunkKey, value) // what cannot be read names it perhaps
	return err == nil && (c.large == nil || c.large.generation != generationOf(key))
}
