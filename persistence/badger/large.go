package badger

import (
	"encoding/binary"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// A large record stands in parts of its own, written ahead of its commit; its chunk
// holds only this instead of the bytes:
//
//	uint64  generation of the parts
//	uint64  length of the record
//
// Each attempt at a record is a generation of its own, so that one whose outcome was
// not known is never written over. Parts that no chunk names are the rest of an attempt
// that failed or was killed; the next opening removes them, and the next Trim.
type large struct {
	stream     string
	seq        persistence.Seq
	generation uint64
	length     int
}

// largeSize is the length of what a chunk holds of a large record.
const largeSize = 2 * numberSize

// nextLarge is a new generation of parts for the record.
func nextLarge(db *database, stream string, seq persistence.Seq, length int) (large, error) {
	l := large{stream: stream, seq: seq, generation: maxGeneration, length: length}
	err := look(db, func(txn *badgerdb.Txn) error {
		it := newIterator(txn, appendPiecesPrefix(nil, stream, seq), true)
		defer it.Close()
		it.Seek(l.pieceKey(1<<32 - 1))
		if l.generation = 1; it.Valid() {
			l.generation += generationOf(it.Item().Key())
		}
		return nil
	})
	return l, err
}

func (l *large) pieces() int { return (l.length + partBytes - 1) / partBytes }

func (l *large) pieceKey(n int) []byte {
	b := binary.BigEndian.AppendUint64(appendPiecesPrefix(nil, l.stream, l.seq), l.generation)
	return binary.BigEndian.AppendUint32(b, uint32(n))
}

func (l *large) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, l.generation)
	return binary.BigEndian.AppendUint64(b, uint64(l.length))
}

func parseLarge(c *chunk, stored []byte) (*large, error) {
	if len(stored) != largeSize || c.count != 1 {
		return nil, fmt.Errorf("%w: name of a large record", persistence.ErrCorrupt)
	}
	l := &large{stream: c.stream, seq: c.first, generation: binary.BigEndian.Uint64(stored)}
	length := binary.BigEndian.Uint64(stored[numberSize:])
	if length > persistence.MaxRecordBytes {
		return nil, fmt.Errorf("%w: large record of %d bytes", persistence.ErrCorrupt, length)
	}
	l.length = int(length)
	return l, nil
}

// encodePiece is the value of the n-th part of the record.
func (l *large) encodePiece(record []byte, n int) (key, value []byte) {
	key = l.pieceKey(n)
	how, stored := pack(nil, record[n*partBytes:min((n+1)*partBytes, len(record))])
	value = append([]byte{valueVersion, how}, stored...)
	return key, appendSeal(value, 0, key)
}

func parsePiece(key, value []byte) ([]byte, error) {
	body, err := unseal(key, value)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		return nil, fmt.Errorf("%w: key %q: not a part", persistence.ErrCorrupt, key)
	}
	return unpack(body[0], body[1:])
}

// open reads what a chunk only names. Records of others are in it already.
func (c *chunk) open(txn *badgerdb.Txn) error {
	if c.large == nil || c.records != nil {
		return nil
	}
	records := binary.AppendUvarint(make([]byte, 0, c.large.length+binary.MaxVarintLen32), uint64(c.large.length))
	for n := range c.large.pieces() {
		var err error
		if records, err = c.large.appendPiece(records, txn, n); err != nil {
			return fmt.Errorf("%s record %d: part %d: %w", c.stream, c.first, n, err)
		}
	}
	c.records = records
	return nil
}

func (l *large) appendPiece(b []byte, txn *badgerdb.Txn, n int) ([]byte, error) {
	key := l.pieceKey(n)
	value, found, err := get(txn, key)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("%w: it is missing", persistence.ErrCorrupt)
	}
	piece, err := parsePiece(key, value)
	if err == nil && len(piece) != min(partBytes, l.length-n*partBytes) {
		err = fmt.Errorf("%w: it has %d bytes", persistence.ErrCorrupt, len(piece))
	}
	return append(b, piece...), err
}
