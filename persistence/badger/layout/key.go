package layout

import (
	"encoding/binary"
	"math"

	"partyline/persistence"
)

// Prefixes of the key spaces; see the package comment.
const (
	FormatKey          = "f"
	EpochKey           = "e"
	StreamPrefix       = "s/"
	IndexPrefix        = "g/"
	MemoPrefix         = "m/"
	ManifestPrefix     = "n/"
	snapshotPartPrefix = "p/"
	RecordPartPrefix   = "r/"
	TrimMarkPrefix     = "t/"
)

// maxValueBytes is the most Badger allows for a value that stays out of its value log, and
// above the largest value there is: a chunk of one append.
const MaxValueBytes = 1 << 20

// numberSize is the length of a number at the end of a key.
const NumberSize = 8

// appendStreamPrefix is what all chunk keys of a stream begin with. Names hold no
// zero byte, so no other stream's keys begin with it.
func AppendStreamPrefix(b []byte, stream string) []byte {
	b = append(b, StreamPrefix...)
	b = append(b, stream...)
	return append(b, 0)
}

func AppendChunkKey(b []byte, stream string, first persistence.Seq) []byte {
	return binary.BigEndian.AppendUint64(AppendStreamPrefix(b, stream), uint64(first))
}

// splitChunkKey is the reverse of appendChunkKey.
func SplitChunkKey(key []byte) (stream string, first persistence.Seq, ok bool) {
	end := len(key) - NumberSize - 1
	if end <= len(StreamPrefix) || key[end] != 0 {
		return "", 0, false
	}
	return string(key[len(StreamPrefix):end]), persistence.Seq(binary.BigEndian.Uint64(key[end+1:])), true
}

// appendPiecesPrefix is what all parts of a large record begin with; generation and
// number follow.
func AppendRecordPartsPrefix(b []byte, stream string, seq persistence.Seq) []byte {
	return binary.BigEndian.AppendUint64(append(b, RecordPartsPrefix(stream)...), uint64(seq))
}

// piecesPrefix is what the parts of all large records of a stream begin with.
func RecordPartsPrefix(stream string) []byte { return []byte(RecordPartPrefix + stream + "\x00") }

// splitPieceKey tells which record a part belongs to.
func SplitRecordPartKey(key []byte) (stream string, seq persistence.Seq, ok bool) {
	end := len(key) - PartNumberSize - 2*NumberSize - 1
	if end <= len(RecordPartPrefix) || key[end] != 0 {
		return "", 0, false
	}
	return string(key[len(RecordPartPrefix):end]), persistence.Seq(binary.BigEndian.Uint64(key[end+1:])), true
}

func AppendIndexKey(b []byte, first persistence.Position) []byte {
	return binary.BigEndian.AppendUint64(append(b, IndexPrefix...), uint64(first))
}

func SplitIndexKey(key []byte) (first persistence.Position, ok bool) {
	if len(key) != len(IndexPrefix)+NumberSize {
		return 0, false
	}
	return persistence.Position(binary.BigEndian.Uint64(key[len(IndexPrefix):])), true
}

func AppendMemoKey(b []byte, key string) []byte {
	return append(append(b, MemoPrefix...), key...)
}

func TrimMarkKey(stream string) []byte { return []byte(TrimMarkPrefix + stream) }

func ManifestKey(stream string) []byte { return []byte(ManifestPrefix + stream) }

// partsPrefix is what the parts of all generations of a stream's snapshot begin with.
func SnapshotPartsPrefix(stream string) []byte { return []byte(snapshotPartPrefix + stream + "\x00") }

func SnapshotPartKey(stream string, generation uint64, part int) []byte {
	b := binary.BigEndian.AppendUint64(SnapshotPartsPrefix(stream), generation)
	return binary.BigEndian.AppendUint32(b, uint32(part))
}

const (
	MaxSeq      persistence.Seq      = math.MaxUint64
	MaxPosition persistence.Position = math.MaxUint64
)
