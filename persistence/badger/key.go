package badger

import (
	"encoding/binary"

	"partyline/persistence"
)

// Prefixes of the key spaces; see the package comment.
const (
	formatKey      = "f"
	epochKey       = "e"
	streamPrefix   = "s/"
	indexPrefix    = "g/"
	memoPrefix     = "m/"
	manifestPrefix = "n/"
	partPrefix     = "p/"
	piecePrefix    = "r/"
	markPrefix     = "t/"
)

// numberSize is the length of a number at the end of a key.
const numberSize = 8

// appendStreamPrefix is what all chunk keys of a stream begin with. Names hold no
// zero byte, so no other stream's keys begin with it.
func appendStreamPrefix(b []byte, stream string) []byte {
	b = append(b, streamPrefix...)
	b = append(b, stream...)
	return append(b, 0)
}

func appendChunkKey(b []byte, stream string, first persistence.Seq) []byte {
	return binary.BigEndian.AppendUint64(appendStreamPrefix(b, stream), uint64(first))
}

// splitChunkKey is the reverse of appendChunkKey.
func splitChunkKey(key []byte) (stream string, first persistence.Seq, ok bool) {
	end := len(key) - numberSize - 1
	if end <= len(streamPrefix) || key[end] != 0 {
		return "", 0, false
	}
	return string(key[len(streamPrefix):end]), persistence.Seq(binary.BigEndian.Uint64(key[end+1:])), true
}

// appendPiecesPrefix is what all parts of a large record begin with; generation and
// number follow.
func appendPiecesPrefix(b []byte, stream string, seq persistence.Seq) []byte {
	return binary.BigEndian.AppendUint64(append(b, piecesPrefix(stream)...), uint64(seq))
}

// piecesPrefix is what the parts of all large records of a stream begin with.
func piecesPrefix(stream string) []byte { return []byte(piecePrefix + stream + "\x00") }

// splitPieceKey tells which record a part belongs to.
func splitPieceKey(key []byte) (stream string, seq persistence.Seq, ok bool) {
	end := len(key) - partNumberSize - 2*numberSize - 1
	if end <= len(piecePrefix) || key[end] != 0 {
		return "", 0, false
	}
	return string(key[len(piecePrefix):end]), persistence.Seq(binary.BigEndian.Uint64(key[end+1:])), true
}

func appendIndexKey(b []byte, first persistence.Position) []byte {
	return binary.BigEndian.AppendUint64(append(b, indexPrefix...), uint64(first))
}

func splitIndexKey(key []byte) (first persistence.Position, ok bool) {
	if len(key) != len(indexPrefix)+numberSize {
		return 0, false
	}
	return persistence.Position(binary.BigEndian.Uint64(key[len(indexPrefix):])), true
}

func appendMemoKey(b []byte, key string) []byte {
	return append(append(b, memoPrefix...), key...)
}

func markKey(stream string) []byte { return []byte(markPrefix + stream) }

func manifestKey(stream string) []byte { return []byte(manifestPrefix + stream) }

// partsPrefix is what the parts of all generations of a stream's snapshot begin with.
func partsPrefix(stream string) []byte { return []byte(partPrefix + stream + "\x00") }

func partKey(stream string, generation uint64, part int) []byte {
	b := binary.BigEndian.AppendUint64(partsPrefix(stream), generation)
	return binary.BigEndian.AppendUint32(b, uint32(part))
}
