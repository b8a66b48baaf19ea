package database

import (
	"bytes"
	"encoding/binary"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// NewLargeRecord is a large record under a new generation of parts.
func NewLargeRecord(db *DB, stream string, seq persistence.Seq, length int) (layout.LargeRecord, error) {
	l := layout.LargeRecord{Stream: stream, Seq: seq, Generation: layout.MaxGeneration, Length: length}
	err := db.View(func(txn *badgerdb.Txn) error {
		it := NewIterator(txn, layout.AppendRecordPartsPrefix(nil, stream, seq), true)
		defer it.Close()
		it.Seek(l.PartKey(1<<32 - 1))
		if l.Generation = 1; it.Valid() {
			l.Generation += layout.GenerationOf(it.Item().Key())
		}
		return nil
	})
	return l, err
}

// LoadLargeRecord reads the parts of a large record into its chunk, which only names them.
// It does nothing for other chunks.
func LoadLargeRecord(txn *badgerdb.Txn, c *layout.Chunk) error {
	if c.Large == nil || c.Records != nil {
		return nil
	}
	records := binary.AppendUvarint(make([]byte, 0, c.Large.Length+binary.MaxVarintLen32), uint64(c.Large.Length))
	for n := range c.Large.Parts() {
		var err error
		if records, err = appendLargePart(records, txn, c.Large, n); err != nil {
			return fmt.Errorf("%s record %d: part %d: %w", c.Stream, c.First, n, err)
		}
	}
	c.Records = records
	return nil
}

func appendLargePart(b []byte, txn *badgerdb.Txn, l *layout.LargeRecord, n int) ([]byte, error) {
	key := l.PartKey(n)
	value, found, err := Get(txn, key)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("%w: it is missing", persistence.ErrCorrupt)
	}
	part, err := layout.ParseRecordPart(key, value)
	if err == nil && len(part) != min(layout.PartBytes, l.Length-n*layout.PartBytes) {
		err = fmt.Errorf("%w: it has %d bytes", persistence.ErrCorrupt, len(part))
	}
	return append(b, part...), err
}

// DeleteParts removes the parts of large records under a prefix for which may is true, in
// several transactions.
func DeleteParts(prefix []byte, may func(*badgerdb.Txn, []byte) bool, view func(func(*badgerdb.Txn) error) error, update func(func(*WriteTxn) error) error) error {
	return DeleteKeys(func() (old [][]byte, err error) {
		err = view(func(txn *badgerdb.Txn) error {
			old = findParts(txn, prefix, may)
			return nil
		})
		return old, err
	}, update)
}

// findParts finds as many parts as one transaction removes. The parts of one attempt at a
// record all may be removed or none, so may is asked for the first only.
func findParts(txn *badgerdb.Txn, prefix []byte, may func(*badgerdb.Txn, []byte) bool) (keys [][]byte) {
	it := NewIterator(txn, prefix, false)
	defer it.Close()
	var attempt []byte
	going := false
	for it.Rewind(); it.Valid() && len(keys) < DeletesPerTxn; it.Next() {
		key := it.Item().Key()
		if of := key[:max(0, len(key)-layout.PartNumberSize)]; !bytes.Equal(of, attempt) {
			attempt, going = bytes.Clone(of), may(txn, key)
		}
		if going {
			keys = append(keys, bytes.Clone(key))
		}
	}
	return keys
}

// Unreferenced is true when no chunk names the part: not when the chunk cannot be read.
func Unreferenced(txn *badgerdb.Txn, key []byte) bool {
	stream, seq, ok := layout.SplitRecordPartKey(key)
	if !ok {
		return true
	}
	chunkKey := layout.AppendChunkKey(nil, stream, seq)
	value, found, err := Get(txn, chunkKey)
	if !found || err != nil {
		return err == nil
	}
	c, err := layout.ParseChunk(stream, chunkKey, value) // what cannot be read names it perhaps
	return err == nil && (c.Large == nil || c.Large.Generation != layout.GenerationOf(key))
}
