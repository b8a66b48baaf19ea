package voteindex

import (
	"encoding/binary"

	"partyline/protocol"
)

// Table is the name of the index's table.
const Table = "votes"

// The keys of the table. Numbers are big endian, so that keys sort as numbers do:
//
//	b<session 8><block 4>       the votes of a block
//	d<session 8><part 2>        the directory of a session: its plays and the counts of its blocks
//	m                           how far the journal has been applied; see meta
//	p<bucket 2><generation 4>   the postings of the names of a bucket that one flush wrote
//	t<title 4>                  a game as it was called when votes were cast for it
const (
	blockPrefix     = 'b'
	directoryPrefix = 'd'
	metaKey         = 'm'
	postingPrefix   = 'p'
	titlePrefix     = 't'
)

func blockKey(id protocol.SessionID, block int) []byte {
	b := binary.BigEndian.AppendUint64([]byte{blockPrefix}, uint64(id))
	return binary.BigEndian.AppendUint32(b, uint32(block))
}

func directoryKey(id protocol.SessionID, part int) []byte {
	b := binary.BigEndian.AppendUint64([]byte{directoryPrefix}, uint64(id))
	return binary.BigEndian.AppendUint16(b, uint16(part))
}

// splitDirectoryKey is the reverse of directoryKey.
func splitDirectoryKey(key []byte) (id protocol.SessionID, part int, ok bool) {
	if len(key) != 1+8+2 {
		return 0, 0, false
	}
	return protocol.SessionID(binary.BigEndian.Uint64(key[1:])), int(binary.BigEndian.Uint16(key[9:])), true
}

func bucketPrefix(bucket uint64) []byte {
	return binary.BigEndian.AppendUint16([]byte{postingPrefix}, uint16(bucket))
}

func postingKey(bucket uint64, generation uint32) []byte {
	return binary.BigEndian.AppendUint32(bucketPrefix(bucket), generation)
}

// splitPostingKey is the reverse of postingKey.
func splitPostingKey(key []byte) (bucket uint64, generation uint32, ok bool) {
	if len(key) != 1+2+4 {
		return 0, 0, false
	}
	return uint64(binary.BigEndian.Uint16(key[1:])), binary.BigEndian.Uint32(key[3:]), true
}

func titleKey(n int) []byte { return binary.BigEndian.AppendUint32([]byte{titlePrefix}, uint32(n)) }
